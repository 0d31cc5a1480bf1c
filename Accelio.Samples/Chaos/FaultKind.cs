namespace Accelio.Samples.Chaos;

/// <summary>What happens to a server.</summary>
internal enum FaultKind
{
    /// <summary>It is killed, and another one starts at its address.</summary>
    Kill = 0,

    /// <summary>It is stopped, and goes on after a while.</summary>
    Stop = 1,

    /// <summary>Its network goes down, and comes back after a while.</summary>
    Cut = 2,

    /// <summary>It moves its sessions to another server and ends in good order, and another one starts at its address.</summary>
    Move = 3,
}
