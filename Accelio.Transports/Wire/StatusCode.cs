namespace Accelio.Transports.Wire;

/// <summary>
/// The status codes of the wire (section 18): set-up refusals, statuses of responses, reject reasons. 0 is success, values below
/// <see cref="NotSupported"/> are Linux error numbers, anything else is possible too: the peer's word is never an index.
/// </summary>
internal enum StatusCode : uint
{
    /// <summary>All is well.</summary>
    Success = 0,

    /// <summary>The base of the codes: not supported.</summary>
    NotSupported = 1247689300,

    /// <summary>No buffers.</summary>
    NoBuffers,

    /// <summary>Connecting failed.</summary>
    ConnectError,

    /// <summary>No route.</summary>
    RouteError,

    /// <summary>The address cannot be used.</summary>
    AddressError,

    /// <summary>Unreachable.</summary>
    Unreachable,

    /// <summary>The message has a wrong size.</summary>
    MessageSize,

    /// <summary>The answer does not fit the room offered.</summary>
    PartialMessage,

    /// <summary>The message is invalid.</summary>
    MessageInvalid,

    /// <summary>The message is of an unknown kind.</summary>
    MessageUnknown,

    /// <summary>The session was refused.</summary>
    SessionRefused,

    /// <summary>The session was aborted.</summary>
    SessionAborted,

    /// <summary>The session was disconnected.</summary>
    SessionDisconnected,

    /// <summary>The session was rejected.</summary>
    SessionRejected,

    /// <summary>The session was redirected.</summary>
    SessionRedirected,

    /// <summary>The session was closed.</summary>
    SessionClosed,

    /// <summary>Binding failed.</summary>
    BindFailed,

    /// <summary>Time ran out.</summary>
    Timeout,

    /// <summary>In progress.</summary>
    InProgress,

    /// <summary>The versions differ.</summary>
    InvalidVersion,

    /// <summary>Not a session.</summary>
    NotSession,

    /// <summary>Opening failed.</summary>
    OpenFailed,

    /// <summary>Reading failed.</summary>
    ReadFailed,

    /// <summary>Writing failed.</summary>
    WriteFailed,

    /// <summary>Closing failed.</summary>
    CloseFailed,

    /// <summary>Without success, for no reason that is told.</summary>
    Unsuccessful,

    /// <summary>The message was cancelled.</summary>
    MessageCanceled,

    /// <summary>The message could not be cancelled.</summary>
    MessageCancelFailed,

    /// <summary>The message is not known.</summary>
    MessageNotFound,

    /// <summary>The message ended with its connection.</summary>
    MessageFlushed,

    /// <summary>The message was thrown away.</summary>
    MessageDiscarded,

    /// <summary>Not in this state.</summary>
    State,

    /// <summary>The application has no buffers.</summary>
    NoUserBuffers,

    /// <summary>The application has no registered memory.</summary>
    NoUserMemoryRegion,

    /// <summary>The application's buffer is too small.</summary>
    UserBufferOverflow,

    /// <summary>The remote application's buffer is too small.</summary>
    RemoteUserBufferOverflow,

    /// <summary>The send queue is full.</summary>
    TransmitQueueOverflow,

    /// <summary>The application's object is not known.</summary>
    UserObjectNotFound,

    /// <summary>The queue sizes of the peers do not match.</summary>
    PeerQueueSizeMismatch,

    /// <summary>The buffer for the response does not match.</summary>
    ResponseBufferSizeMismatch,
}
