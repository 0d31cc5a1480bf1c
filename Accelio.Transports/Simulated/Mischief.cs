namespace Accelio.Transports.Simulated;

/// <summary>What else happens to a packet besides changes of its bytes.</summary>
[Flags]
internal enum Mischief
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>It comes twice.</summary>
    Repeat = 1,

    /// <summary>It comes late, behind others.</summary>
    Delay = 2,
}
