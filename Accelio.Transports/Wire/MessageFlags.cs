namespace Accelio.Transports.Wire;

/// <summary>
/// The bits of <see cref="FrameHeader.Flags"/> (wire protocol, section 6.1). Constants rather than an enum: C applications put bits of
/// their own here.
/// </summary>
internal static class MessageFlags
{
    /// <summary>No flag.</summary>
    public const uint None = 0;

    /// <summary>The requester's application asks for a receipt.</summary>
    public const uint RequestReadReceipt = 0x1;

    /// <summary>Hint of the sender, without effect here: the answer should be written into the offered buffers even if small.</summary>
    public const uint PeerWriteResponse = 0x2;

    /// <summary>Hint of the sender, without effect here: the body was to be sent as bulk.</summary>
    public const uint PeerReadRequest = 0x4;

    /// <summary>Hint of the sender, without effect here.</summary>
    public const uint ImmediateSendCompletion = 0x8;

    /// <summary>Hint of the sender; the receiver looks at the transport header instead (<see cref="FrameHeader.LastInBatch"/>).</summary>
    public const uint LastInBatch = 0x10;

    /// <summary>One-way messages: the receipt is to be sent before the message is delivered.</summary>
    public const uint ImmediateReadReceipt = 0x400;

    /// <summary>The response is, or carries, a receipt.</summary>
    public const uint ReceiptFirst = 0x800;

    /// <summary>The response carries the answer; without this bit it is never delivered as one.</summary>
    public const uint ReceiptLast = 0x1000;

    /// <summary>
    /// Extension, only on links that negotiated one: the user header begins with an item area (<see cref="MessageItems"/>).
    /// </summary>
    public const uint Items = 0x2000;
}
