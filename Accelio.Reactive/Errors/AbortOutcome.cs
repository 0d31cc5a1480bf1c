namespace Accelio.Reactive;

/// <summary>What became of a message that was ended by its sender before it was answered.</summary>
public enum AbortOutcome
{
    /// <summary>It never left this process.</summary>
    NotSent = 0,

    /// <summary>It may have reached the peer, which was not asked to stop; its answer will be thrown away when it comes.</summary>
    NotSupported = 1,

    /// <summary>It had ended before: it was answered, had failed, or had left without an answer to wait for.</summary>
    AlreadyAnswered = 2,

    /// <summary>Nothing of it is under way here: it has ended, was never given out, or has not yet come from another thread.</summary>
    Unknown = 3,
}
