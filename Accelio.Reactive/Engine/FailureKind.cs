namespace Accelio.Reactive.Engine;

/// <summary>How an operation failed; the shell turns each into its exception.</summary>
internal enum FailureKind
{
    /// <summary>No failure.</summary>
    None = 0,

    /// <summary>The link is gone.</summary>
    ConnectionLost,

    /// <summary>The session was closed in good order before the operation was done.</summary>
    SessionClosed,

    /// <summary>The peer broke the protocol.</summary>
    ProtocolViolation,

    /// <summary>Our own time ran out.</summary>
    TimedOut,

    /// <summary>The caller's token fired, or the subscription was disposed.</summary>
    Canceled,

    /// <summary>The caller aborted the message, alone or with others.</summary>
    Aborted,

    /// <summary>The peer answered with a status.</summary>
    PeerStatus,

    /// <summary>The server rejected the session.</summary>
    Rejected,

    /// <summary>The address did not accept the connection.</summary>
    ConnectFailed,

    /// <summary>The caller's memory could not be read or written: its lease had ended, or it was disposed of.</summary>
    MemoryGone,

    /// <summary>The message is too long for the peer or its answer for us.</summary>
    TooLarge,
}
