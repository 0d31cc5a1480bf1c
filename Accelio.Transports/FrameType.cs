namespace Accelio.Transports;

/// <summary>
/// The message kinds of the Accelio wire; the values are the TLV types (wire protocol, section 4).
/// Bit 1 marks a request-class frame, bit 2 a response-class frame.
/// </summary>
internal enum FrameType : uint
{
    /// <summary>No frame.</summary>
    None = 0,

    /// <summary>A request.</summary>
    Request = 0x0012,

    /// <summary>A response, or the standalone receipt of a request.</summary>
    Response = 0x0014,

    /// <summary>A one-way message.</summary>
    OneWay = 0x0022,

    /// <summary>The receipt of a one-way message.</summary>
    OneWayReceipt = 0x0024,

    /// <summary>RDMA only: credits without a message.</summary>
    CreditNop = 0x0041,

    /// <summary>Opens a link, client to server.</summary>
    NexusRequest = 0x0082,

    /// <summary>Answers <see cref="NexusRequest"/>.</summary>
    NexusResponse = 0x0084,

    /// <summary>Opens a session.</summary>
    SessionRequest = 0x0102,

    /// <summary>Accepts, redirects or rejects a session.</summary>
    SessionResponse = 0x0104,

    /// <summary>Adds a connection to a session.</summary>
    HelloRequest = 0x0202,

    /// <summary>Answers <see cref="HelloRequest"/>.</summary>
    HelloResponse = 0x0204,

    /// <summary>Closes one direction of a connection.</summary>
    FinRequest = 0x0402,

    /// <summary>Acknowledges <see cref="FinRequest"/>.</summary>
    FinResponse = 0x0404,

    /// <summary>Cancels a message; breaks a C peer's connection over TCP, so it is never sent to one.</summary>
    CancelRequest = 0x0802,

    /// <summary>Answers <see cref="CancelRequest"/>.</summary>
    CancelResponse = 0x0804,

    /// <summary>Grants credits when no message is there to carry them; has no answer.</summary>
    CreditUpdate = 0x1002,

    /// <summary>RDMA only: a response body has been fetched.</summary>
    ReadAck = 0x2004,

    /// <summary>Asks for a sign of life.</summary>
    KeepAliveRequest = 0x4002,

    /// <summary>Gives a sign of life.</summary>
    KeepAliveResponse = 0x4004,

    /// <summary>A control frame of the extensions, request class; only on links that negotiated extensions.</summary>
    ExtensionRequest = 0x8002,

    /// <summary>A control frame of the extensions, response class; only on links that negotiated extensions.</summary>
    ExtensionResponse = 0x8004,
}
