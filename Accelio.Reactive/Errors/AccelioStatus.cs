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
    NoBuffers = 1247689301,

    /// <summary>A connection could not be made.</summary>
    ConnectError = 1247689302,

    /// <summary>No route to the address.</summary>
    RouteError = 1247689303,

    /// <summary>The address could not be resolved.</summary>
    AddressError = 1247689304,

    /// <summary>The address is unreachable.</summary>
    Unreachable = 1247689305,

    /// <summary>A message has a size that is not allowed.</summary>
    MessageSize = 1247689306,

    /// <summary>A message is incomplete, for example a response that does not fit the room the requester offered.</summary>
    PartialMessage = 1247689307,

    /// <summary>A message is malformed.</summary>
    MessageInvalid = 1247689308,

    /// <summary>A message is of a kind that is unknown.</summary>
    MessageUnknown = 1247689309,

    /// <summary>The session was refused.</summary>
    SessionRefused = 1247689310,

    /// <summary>The session was aborted.</summary>
    SessionAborted = 1247689311,

    /// <summary>The session was disconnected.</summary>
    SessionDisconnected = 1247689312,

    /// <summary>The session was rejected by the server.</summary>
    SessionRejected = 1247689313,

    /// <summary>The session was redirected.</summary>
    SessionRedirected = 1247689314,

    /// <summary>The session was closed.</summary>
    SessionClosed = 1247689315,

    /// <summary>An address could not be bound.</summary>
    BindFailed = 1247689316,

    /// <summary>Time ran out.</summary>
    Timeout = 1247689317,

    /// <summary>Something is in progress.</summary>
    InProgress = 1247689318,

    /// <summary>The protocol versions differ.</summary>
    InvalidVersion = 1247689319,

    /// <summary>No session.</summary>
    NotSession = 1247689320,

    /// <summary>Opening failed.</summary>
    OpenFailed = 1247689321,

    /// <summary>Reading failed.</summary>
    ReadFailed = 1247689322,

    /// <summary>Writing failed.</summary>
    WriteFailed = 1247689323,

    /// <summary>Closing failed.</summary>
    CloseFailed = 1247689324,

    /// <summary>An operation did not succeed, for example a request handler threw.</summary>
    Unsuccessful = 1247689325,

    /// <summary>A message was canceled.</summary>
    MessageCanceled = 1247689326,

    /// <summary>Canceling a message failed.</summary>
    MessageCancelFailed = 1247689327,

    /// <summary>The message to cancel is not known.</summary>
    MessageNotFound = 1247689328,

    /// <summary>A message was given up because its connection ended.</summary>
    MessageFlushed = 1247689329,

    /// <summary>A message was thrown away, for example a request whose handler ended without an answer.</summary>
    MessageDiscarded = 1247689330,

    /// <summary>The state does not allow the operation.</summary>
    InvalidState = 1247689331,

    /// <summary>No user buffers.</summary>
    NoUserBuffers = 1247689332,

    /// <summary>No registered user memory.</summary>
    NoUserMemory = 1247689333,

    /// <summary>The user's buffer is too small.</summary>
    UserBufferOverflow = 1247689334,

    /// <summary>The remote user's buffer is too small.</summary>
    RemoteUserBufferOverflow = 1247689335,

    /// <summary>The send queue is full.</summary>
    SendQueueOverflow = 1247689336,

    /// <summary>The user object is not known.</summary>
    UserObjectNotFound = 1247689337,

    /// <summary>The peer's queue is too small for the message.</summary>
    PeerQueueSizeMismatch = 1247689338,

    /// <summary>The response buffer does not fit.</summary>
    ResponseBufferSizeMismatch = 1247689339,

    /// <summary>Between our own peers: the memory that a <see cref="MemoryToken"/> names is shared no more, or was never shared on this connection.</summary>
    StaleToken = 1247693396,

    /// <summary>Between our own peers: shared memory was asked for what it is not shared for, or beyond its end.</summary>
    RemoteAccess = 1247693397,
}
