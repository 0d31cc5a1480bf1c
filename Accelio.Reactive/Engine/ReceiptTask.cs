using Accelio.Transports;

namespace Accelio.Reactive.Engine;

/// <summary>Waits for the receipt of a one-way message for which nobody waits: it goes to the stream of receipts.</summary>
internal sealed class ReceiptTask(MessageId id, long charge) : OutgoingTask
{
    /// <summary>The serial number of the message; once it was sent on a connection that can be resumed.</summary>
    public ulong Serial { get; set; }

    /// <inheritdoc/>
    public override void OnResponse(LinkMachine link, ref InboundFrame frame) => Connection!.OnReceipt(this, id, charge, ref frame);

    /// <inheritdoc/>
    public override void OnConnectionClosed(in Failure failure)
    {
    }
}
