using Accelio.Transports.Wire;

namespace Accelio.Transports.Simulated;

/// <content>Bodies that are not in the slot: the sink's wishes, reads, acknowledgements (RDMA, section 7.4).</content>
internal sealed unsafe partial class SimulatedSlotLink
{
    private const int ReadLength = 64 << 10;
    private const int ReadsAtOnce = 4;

    private readonly SimulatedPacketStore _reads;
    private readonly Queue<ReceiveSlot> _fetches = new();
    private ReceiveSlot? _fetched;
    private byte* _fetchTarget;
    private long _fetchAsked;
    private long _fetchedLength;
    private long _fetchProgress;
    private bool _askAgain;

    /// <inheritdoc/>
    public void OnPacketReturned(SimulatedPacket packet)
    {
        if (packet.Kind == SimulatedPacketKind.Read)
        {
            LastReceived = Poller.Now;
            OnRead(packet);
        }

        packet.Store();
    }

    // Asks the sink where the body goes, and begins to do so.
    private void Arrive(ReceiveSlot slot)
    {
        ref var frame = ref slot.Frame;
        frame.Body = slot.InlineBody;
        frame.Placement = PlacementKind.Pool;
        frame.Destination = null;
        frame.Tag = null;
        frame.Slab = null;
        frame.Discarded = false;
        _sink.OnArrival(this, ref frame);
        slot.State = SlotState.Ready;
        if (_state == SlotLinkState.Closed || frame.BodyLength == 0)
        {
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
                if (slot.Body != 0)
                {
                    Acknowledge(slot);
                }

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
            if (_paused || _state != SlotLinkState.Ready)
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
        if (_fetched is not null || _state != SlotLinkState.Ready || !_fetches.TryDequeue(out var slot))
        {
            return;
        }

        ref var frame = ref slot.Frame;
        if (frame.Placement == PlacementKind.Pool)
        {
            frame.Slab = Poller.Memory.Rent(frame.BodyLength);
        }

        _fetchTarget = frame.Slab is { } slab ? slab.Pointer : frame.Destination;
        _fetched = slot;
        _fetchAsked = 0;
        _fetchedLength = 0;
        _fetchProgress = Poller.Now;
        Arm(Deadline(_fetchProgress, Options.BodyProgressTimeout));
        for (var i = 0; i < ReadsAtOnce; i++)
        {
            AskForPiece();
        }
    }

    private void AskForPiece()
    {
        if (_fetched is not { } slot || _fetchAsked == slot.Frame.BodyLength)
        {
            return;
        }

        var packet = _reads.Rent();
        packet.Kind = SimulatedPacketKind.Read;
        packet.Body = slot.Body;
        packet.Position = _fetchAsked;
        packet.Length = (int)Math.Min(ReadLength, slot.Frame.BodyLength - _fetchAsked);
        _fetchAsked += packet.Length;
        if (!Port.Send(packet))
        {
            Fail(LinkError.TransportFailed, "the poller of the peer has stopped");
        }
    }

    // A piece of the body in hand: packets come back in the order in which they were sent.
    private void OnRead(SimulatedPacket packet)
    {
        if (_fetched is not { } slot)
        {
            return;
        }

        if (!packet.Succeeded)
        {
            Fail(LinkError.TransportFailed, "the peer does not let its body be read");
            return;
        }

        new ReadOnlySpan<byte>(packet.Pointer, packet.Length).CopyTo(new Span<byte>(_fetchTarget + packet.Position, packet.Length));
        _fetchedLength += packet.Length;
        _fetchProgress = Poller.Now;
        if (_fetchedLength < slot.Frame.BodyLength)
        {
            AskForPiece();
            return;
        }

        _fetched = null;
        slot.Frame.Body = _fetchTarget;
        slot.State = SlotState.Ready;
        Acknowledge(slot);
        FetchNext();
        ScheduleReceive();
    }

    // The owner's side: copies a piece, on its own thread, from memory that is pinned until the acknowledgement.
    private bool ServeRead(SimulatedPacket packet)
    {
        if (_exposed.Find(packet.Body) is not { } body || packet.Position < 0 || packet.Length > body.Length - packet.Position)
        {
            return false;
        }

        body.Read(packet.Position, new Span<byte>(packet.Pointer, packet.Length));
        _sendProgress = Poller.Now;
        return true;
    }

    private void Acknowledge(ReceiveSlot slot)
    {
        var packet = _messages.Rent();
        packet.Kind = SimulatedPacketKind.Message;
        packet.Message = SlotMessageKind.ReadAck;
        packet.AnnouncesBulk = false;
        packet.Length = ReadAck.Size;
        new ReadAck(slot.Body).Write(new Span<byte>(packet.Pointer, ReadAck.Size));
        slot.Body = 0;
        _queue.AddUrgent(packet);
        Queued(packet.Length);
    }
}
