using Accelio.Transports;

namespace Accelio.Reactive.Engine;

/// <summary>
/// Keeps the task id of a message that was ended here while its answer may still come (extensions, identity): the answer's body is thrown away, its credits are taken, nothing is delivered. When the
/// response is being placed into the caller's buffer the message itself is kept, to be reported when that is over.
/// </summary>
internal sealed class Tombstone : OutgoingTask
{
    /// <summary>Bytes charged for the message that ended.</summary>
    public long Charge { get; set; }

    /// <summary>The message whose caller still waits for its memory, or null.</summary>
    public OutgoingMessage? Ended { get; set; }

    /// <summary>The caller's id of the message.</summary>
    public MessageId Id { get; init; }

    /// <summary>Who wants to know what the peer made of it, or null.</summary>
    public IAbortListener? Listener { get; init; }

    /// <summary>The serial number of the message.</summary>
    public ulong Serial { get; init; }

    /// <summary>Whether the peer was asked to stop the message.</summary>
    public bool AsksToStop { get; init; }

    /// <summary>Whether a server that is gone had got the message too: that this one has not run it does not say that none has.</summary>
    public bool WasSentBefore { get; init; }

    /// <summary>The link is gone that put the response into the caller's buffer.</summary>
    internal void EndReceiving() => FinishEnded();

    /// <summary>The message never reached the peer, and never will.</summary>
    internal void OnNeverDelivered()
    {
        Tell(AbortOutcome.DroppedByPeer);
        FinishEnded();
    }

    /// <inheritdoc/>
    public override void OnResponse(LinkMachine link, ref InboundFrame frame)
    {
        if (Connection is { } connection && !connection.OnTombstoneAnswered(this, frame))
        {
            return;
        }

        link.Tasks.Remove(this);
        Tell(Connection?.OutcomeOf(ref frame) ?? AbortOutcome.Requested);
        FinishEnded();
    }

    /// <inheritdoc/>
    public override void OnConnectionClosed(in Failure failure)
    {
        Listener?.OnOutcome(Id, AbortOutcome.Requested);
        FinishEnded();
    }

    private void Tell(AbortOutcome outcome) =>
        Listener?.OnOutcome(Id, WasSentBefore && outcome == AbortOutcome.DroppedByPeer ? AbortOutcome.Requested : outcome);

    private void FinishEnded()
    {
        var ended = Ended;
        Ended = null;
        ended?.EndReceiving();
        ended?.ReportIfEnded();
    }
}
