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

    /// <summary>
    /// Whoever awaits the call goes on on the session's context, wherever the await began: no hop to the thread pool, to a SynchronizationContext or to another context. For those who know: the code behind
    /// the await holds up everything that lives on the context. Nothing of it travels.
    /// </summary>
    ContinueInline = 8,
}
