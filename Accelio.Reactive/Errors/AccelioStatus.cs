namespace Accelio.Reactive;

/// <summary>
/// Status codes of the Accelio wire (wire protocol, section 18). They travel as unsigned 32-bit numbers; a peer may send others, for example Linux errno values, which are kept as they are.
/// </summary>
public enum AccelioStatus : uint
{
    /// <summary>Success.</summary>
    Success = 0,

    /// <summary>The peer does not offer what was asked; towards our own callers also: nobody handles this request.</summary>
    NotSupported = 1247689300,

    /// <summary>No buffers.</summary>
    NoBuffers,

    /// <summary>A connection could not be made.</summary>
    ConnectError,

    /// <summary>No route to the address.</summary>
    RouteError,

    /// <summary>The address could not be resolved.</summary>
    AddressError,

    /// <summary>The address is unreachable.</summary>
    Unreachable,

    /// <summary>A message has a size that is not allowed.</summary>
    MessageSize,

    /// <summary>A message is incomplete, for example a response that does not fit the room the requester offered.</summary>
    PartialMessage,

    /// <summary>A message is malformed.</summary>
    MessageInvalid,

    /// <summary>A message is of a kind that is unknown.</summary>
    MessageUnknown,

    /// <summary>The session was refused.</summary>
    SessionRefused,

    /// <summary>The session was aborted.</summary>
    SessionAborted,

    /// <summary>The session was disconnected.</summary>
    SessionDisconnected,

    /// <summary>The session was rejected by the server.</summary>
    SessionRejected,

    /// <summary>The session was redirected.</summary>
    SessionRedirected,

    /// <summary>The session was closed.</summary>
    SessionClosed,

    /// <summary>An address could not be bound.</summary>
    BindFailed,

    /// <summary>Time ran out.</summary>
    Timeout,

    /// <summary>Something is in progress.</summary>
    InProgress,

    /// <summary>The protocol versions differ.</summary>
    InvalidVersion,

    /// <summary>No session.</summary>
    NotSession,

    /// <summary>Opening failed.</summary>
    OpenFailed,

    /// <summary>Reading failed.</summary>
    ReadFailed,

    /// <summary>Writing failed.</summary>
    WriteFailed,

    /// <summary>Closing failed.</summary>
    CloseFailed,

    /// <summary>An operation did not succeed, for example a request handler threw.</summary>
    Unsuccessful,

    /// <summary>A message was canceled.</summary>
    MessageCanceled,

    /// <summary>Canceling a message failed.</summary>
    MessageCancelFailed,

    /// <summary>The message to cancel is not known.</summary>
    MessageNotFound,

    /// <summary>A message was given up because its connection ended.</summary>
    MessageFlushed,

    /// <summary>A message was thrown away, for example a request whose handler ended without an answer.</summary>
    MessageDiscarded,

    /// <summary>The state does not allow the operation.</summary>
    InvalidState,

    /// <summary>No user buffers.</summary>
    NoUserBuffers,

    /// <summary>No registered user memory.</summary>
    NoUserMemory,

    /// <summary>The user's buffer is too small.</summary>
    UserBufferOverflow,

    /// <summary>The remote user's buffer is too small.</summary>
    RemoteUserBufferOverflow,

    /// <summary>The send queue is full.</summary>
    SendQueueOverflow,

    /// <summary>The user object is not known.</summary>
    UserObjectNotFound,

    /// <summary>The peer's queue is too small for the message.</summary>
    PeerQueueSizeMismatch,

    /// <summary>The response buffer does not fit.</summary>
    ResponseBufferSizeMismatch,
}
