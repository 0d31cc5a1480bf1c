namespace Accelio.Reactive;

/// <summary>Why a session ended.</summary>
public enum CloseReason
{
    /// <summary>This side closed it.</summary>
    ClosedLocally = 0,

    /// <summary>The peer closed it in good order.</summary>
    ClosedByPeer = 1,

    /// <summary>The link was lost.</summary>
    ConnectionLost = 2,

    /// <summary>The server rejected it.</summary>
    Rejected = 3,

    /// <summary>A side broke the protocol and the link was closed.</summary>
    ProtocolViolation = 4,

    /// <summary>A time limit of this side ran out.</summary>
    TimedOut = 5,

    /// <summary>It could not be set up.</summary>
    ConnectFailed = 6,
}
