using Accelio.Transports.Wire;

namespace Accelio.Transports.Slots;

/// <content>Bodies that are not in the slot: the sink's wishes, fetching one after the other, acknowledgements (RDMA, section 7.4).</content>
internal abstract unsafe partial class SlotLink
{
    private readonly Queue<ReceiveSlot> _fetches = new();
    private ReceiveSlot? _fetched;
    private long _fetchedLength;
    private long _fetchProgress;
    private bool _askAgain;

    /// <summary>Whether a body is being fetched.</summary>
    protected bool IsFetching => _fetched is not null;

    /// <summary>So many more bytes of the body in hand are there.</summary>
    protected void OnFetched(int length)
    {
        if (_fetched is not { } slot)
        {
            return;
        }

        _fetchedLength += length;
        _fetchProgress = Poller.Now;
        if (_fetchedLength < slot.Frame.BodyLength)
        {
            return;
        }

        _fetched = null;
        EndFetch(slot);
        slot.State = SlotState.Ready;
        Acknowledge(slot);
        FetchNext();
        ScheduleReceive();
    }

    /// <summary>The peer took something of what it was offered.</summary>
    protected void NoteSendProgress() => _sendProgress = Poller.Now;

    // Asks the sink where the body goes, and begins to do so.
    private void Arrive(ReceiveSlot slot)
    {
        ref var frame = ref slot.Frame;
        frame.Body = slot.InlineBody;
        frame.Placement = PlacementKind.Pool;
        frame.Destination = null;
        frame.DestinationRegion = null;
        frame.Tag = null;
        frame.Slab = null;
        frame.Discarded = false;
        _sink!.OnArrival(this, ref frame);
        slot.State = SlotState.Ready;
        if (State == SlotLinkState.Closed || frame.BodyLength == 0)
        {
            return;
        }

        if (frame.IsWritten && frame.Placement is not (PlacementKind.Destination or PlacementKind.Discard))
        {
            Fail(LinkError.BadOperation, "out_ib_op: no memory was offered to write into");
            return;
        }

        switch (frame.Placement)
        {
            case PlacementKind.NotNow:
                slot.State = SlotState.Deferred;
                break;
            case PlacementKind.Discard:
                frame.Body = null;
                frame.Discarded = true;
                Acknowledge(slot);
                break;
            case PlacementKind.Destination when frame.IsWritten:
                frame.Body = frame.Destination;
                break;
            case PlacementKind.Destination when frame.Body != null:
                Buffer.MemoryCopy(frame.Body, frame.Destination, frame.BodyLength, frame.BodyLength);
                frame.Body = frame.Destination;
                break;
            default:
                if (frame.Body == null)
                {
                    slot.State = SlotState.Fetching;
                    _fetches.Enqueue(slot);
                }

                break;
        }
    }

    // After a pause: what the sink did not want then, in wire order within each class.
    private void AskAgain()
    {
        if (!_askAgain)
        {
            return;
        }

        _askAgain = false;
        AskAgain(_requests);
        AskAgain(_responses);
    }

    private void AskAgain(Queue<ReceiveSlot> frames)
    {
        foreach (var slot in frames)
        {
            if (_paused || State != SlotLinkState.Ready)
            {
                return;
            }

            if (slot.State == SlotState.Deferred)
            {
                Arrive(slot);
            }
        }
    }

    private void FetchNext()
    {
        if (_fetched is not null || State != SlotLinkState.Ready || !_fetches.TryDequeue(out var slot))
        {
            return;
        }

        ref var frame = ref slot.Frame;
        if (frame.Placement == PlacementKind.Pool)
        {
            frame.Slab = Poller.Memory.Rent(frame.BodyLength);
        }

        _fetched = slot;
        _fetchedLength = 0;
        _fetchProgress = Poller.Now;
        Arm(Deadline(_fetchProgress, Options.BodyProgressTimeout));
        frame.Body = frame.Slab is { } slab ? slab.Pointer : frame.Destination;
        BeginFetch(slot, frame.Body);
    }

    // Once per body that was announced: its owner needs it no longer for this peer.
    private void Acknowledge(ReceiveSlot slot)
    {
        if (slot.Parts == 0)
        {
            return;
        }

        slot.Parts = 0;
        if (!TryNameAcknowledgement(slot, out var task))
        {
            return;
        }

        var message = RentMessage();
        message.Kind = SlotMessageKind.ReadAck;
        message.Exposed = 0;
        message.Length = ReadAck.Size;
        new ReadAck(task).Write(new Span<byte>(message.Pointer, ReadAck.Size));
        _queue.AddUrgent(message);
        Queued(message.Length);
    }
}
