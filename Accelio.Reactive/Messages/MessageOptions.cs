namespace Accelio.Reactive;

/// <summary>What a sender asks for one message.</summary>
[Flags]
public enum MessageOptions
{
    /// <summary>Nothing special.</summary>
    None = 0,

    /// <summary>Ask for a receipt; it arrives in <see cref="AccelioSession.Receipts"/>. <see cref="AccelioSession.DeliverAsync"/> asks by itself.</summary>
    RequestReceipt = 1,

    /// <summary>One-way messages: the receipt may be sent before the peer's application sees the message.</summary>
    ImmediateReceipt = 2,

    /// <summary>The sender says that no more of this batch follow; the peer sees <see cref="InboundMessage.LastInBatch"/>.</summary>
    LastInBatch = 4,
}
