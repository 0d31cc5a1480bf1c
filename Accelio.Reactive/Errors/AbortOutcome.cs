namespace Accelio.Reactive;

/// <summary>What became of a message that was ended by its sender before it was answered.</summary>
public enum AbortOutcome
{
    /// <summary>It never left this process.</summary>
    NotSent = 0,

    /// <summary>It may have reached the peer, which was not asked to stop; its answer will be thrown away when it comes.</summary>
    NotSupported = 1,
}
