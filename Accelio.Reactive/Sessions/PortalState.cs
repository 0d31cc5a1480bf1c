namespace Accelio.Reactive;

/// <summary>Whether a portal is asked for a connection; in the order in which they are.</summary>
internal enum PortalState
{
    /// <summary>It is well.</summary>
    Closed,

    /// <summary>It has rested, and may be probed: once.</summary>
    HalfOpen,

    /// <summary>It failed too often, and rests.</summary>
    Open,
}
