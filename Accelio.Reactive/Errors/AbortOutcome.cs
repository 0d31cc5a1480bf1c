namespace Accelio.Reactive;

/// <summary>What became of a message that was ended by its sender before it was answered.</summary>
public enum AbortOutcome
{
    /// <summary>It never left this process.</summary>
    NotSent = 0,

    /// <summary>It may have reached the peer, which was not asked to stop it: a C program, a one-way message, or a session that closes. Its answer will be thrown away when it comes.</summary>
    NotSupported = 1,

    /// <summary>It had ended before: it was answered, had failed, or had left without an answer to wait for.</summary>
    AlreadyAnswered = 2,

    /// <summary>Nothing of it is under way here: it has ended, was never given out, or has not yet come from another thread.</summary>
    Unknown = 3,

    /// <summary>It had reached the peer and was dropped there before any handler saw it.</summary>
    DroppedByPeer = 4,

    /// <summary>The peer's handler had it; <see cref="InboundRequest.Canceled"/> fired, and the handler ended without an answer.</summary>
    CanceledWhileRunning = 5,

    /// <summary>The peer answered it nevertheless: it was done already, or its handler did not want to stop. The answer was thrown away.</summary>
    NotAborted = 6,

    /// <summary>
    /// The peer was asked to stop it, and what came of that is not known: the call that was canceled did not wait for it, <see cref="AccelioPeerOptions.AbortTimeout"/> was over, or the session ended.
    /// </summary>
    Requested = 7,
}
