namespace Accelio.Transports;

/// <summary>Why a link closed. Every violation of the protocol has a name of its own.</summary>
internal enum LinkError
{
    /// <summary>Closed here, in good order.</summary>
    None = 0,

    /// <summary>The peer closed the transport.</summary>
    PeerClosed = 1,

    /// <summary>The transport failed (reset, network unreachable...).</summary>
    TransportFailed = 2,

    /// <summary>The address did not accept the connection.</summary>
    ConnectFailed = 3,

    /// <summary>Connecting took longer than allowed.</summary>
    ConnectTimeout = 4,

    /// <summary>The connect message, its twin socket or the set-up did not come in time.</summary>
    SetupTimeout = 5,

    /// <summary>Nothing was received for the time that counts as death.</summary>
    KeepAliveExpired = 6,

    /// <summary>The peer did not take bytes for too long.</summary>
    SendStalled = 7,

    /// <summary>A body that had been announced made no progress for too long.</summary>
    BodyStalled = 8,

    /// <summary>Towards a peer without flow control: the consumer here did not keep up.</summary>
    ConsumerTooSlow = 9,

    /// <summary>The set-up was answered with a status.</summary>
    SetupRefused = 10,

    /// <summary>Closed here, abruptly.</summary>
    Aborted = 11,

    /// <summary>The first bytes on a socket are no connect message.</summary>
    BadConnectMessage = 20,

    /// <summary>The magic number of a frame is wrong.</summary>
    BadMagic = 21,

    /// <summary>A frame is longer than the receive buffer, or shorter than its headers.</summary>
    BadFrameLength = 22,

    /// <summary>The transport header has a length other than the protocol's.</summary>
    BadHeaderLength = 23,

    /// <summary>The operation code is none that this kind of frame may carry.</summary>
    BadOperation = 24,

    /// <summary>More parts than announced.</summary>
    TooManyParts = 25,

    /// <summary>Lengths inside the frame contradict each other.</summary>
    LengthMismatch = 26,

    /// <summary>The frame type is unknown and demands an answer or has no class.</summary>
    UnknownFrameType = 27,

    /// <summary>The body is longer than allowed here.</summary>
    MessageTooLarge = 28,

    /// <summary>The protocol versions differ.</summary>
    VersionMismatch = 29,

    /// <summary>The set-up message is malformed.</summary>
    MalformedSetup = 30,

    /// <summary>The extension block or an extension item is malformed.</summary>
    MalformedExtension = 31,

    /// <summary>A session control message is malformed.</summary>
    MalformedControl = 32,

    /// <summary>A response names a task that was never issued or was answered already.</summary>
    UnknownTask = 33,

    /// <summary>A frame that this state of the link, session or connection does not allow.</summary>
    UnexpectedFrame = 34,

    /// <summary>A sequence or serial number went back or jumped between our own peers.</summary>
    SequenceError = 35,

    /// <summary>The peer sent more than its credits allow.</summary>
    CreditOverrun = 36,

    /// <summary>The peer asked for more sessions, links or memory than allowed here.</summary>
    LimitExceeded = 37,
}
