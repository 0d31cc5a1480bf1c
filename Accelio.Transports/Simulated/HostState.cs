namespace Accelio.Transports.Simulated;

/// <summary>How a host of a simulated network is.</summary>
internal enum HostState
{
    /// <summary>It runs.</summary>
    Up,

    /// <summary>Its processes ended; the system is there, resets their links and refuses calls.</summary>
    Crashed,

    /// <summary>It is gone and answers nothing.</summary>
    Off,
}
