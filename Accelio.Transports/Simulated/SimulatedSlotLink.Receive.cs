using System.Globalization;
using Accelio.Transports.Wire;

namespace Accelio.Transports.Simulated;

/// <content>Receiving: slots, arrival in wire order, delivery in order per class.</content>
internal sealed unsafe partial class SimulatedSlotLink
{
    private readonly SlotMemory _slots;
    private readonly int _slotLength;
    private readonly RdmaFrameLimits _limits;
    private readonly Queue<ReceiveSlot> _posted = new();
    private readonly Queue<ReceiveSlot> _filled = new();
    private readonly Queue<ReceiveSlot> _requests = new();
    private readonly Queue<ReceiveSlot> _responses = new();
    private int _slotsWanted;
    private ushort _lastSerial = ushort.MaxValue;
    private bool _receiveScheduled;
    private bool _paused;
    private bool _peerEnded;

    /// <inheritdoc/>
    public override void PauseReceive() => _paused |= _state <= SlotLinkState.Ready;

    /// <inheritdoc/>
    public override void ResumeReceive()
    {
        if (_state > SlotLinkState.Ready)
        {
            return;
        }

        _paused = false;
        _askAgain = true;
        ScheduleReceive();
    }

    /// <inheritdoc/>
    public void OnPacket(SimulatedPacket packet)
    {
        LastReceived = Poller.Now;
        if (packet.Kind == SimulatedPacketKind.Read)
        {
            Port.Return(packet, ServeRead(packet));
            return;
        }

        if (packet.Length > _slotLength || !_posted.TryDequeue(out var slot))
        {
            // On RDMA the receiver's queue pair answers "not ready", and the sender breaks the connection.
            Port.Return(packet, succeeded: false);
            Fail(LinkError.CreditOverrun, "a message without a slot posted for it");
            return;
        }

        new ReadOnlySpan<byte>(packet.Pointer, packet.Length).CopyTo(new Span<byte>(slot.Pointer, packet.Length));
        slot.Length = packet.Length;
        Port.Return(packet, succeeded: true);
        _filled.Enqueue(slot);
        ScheduleReceive();
    }

    private void ScheduleReceive()
    {
        if (!_receiveScheduled)
        {
            _receiveScheduled = true;
            Poller.Enqueue(_receiving);
        }
    }

    private void Receive()
    {
        _receiveScheduled = false;
        if (_state == SlotLinkState.Flushing)
        {
            _fetched = null;
            _fetches.Clear();
            DropAll(_requests);
            DropAll(_responses);
        }

        AskAgain();
        var budget = Options.MaxFramesPerCycle;
        while (_state is SlotLinkState.SettingUp or SlotLinkState.Ready or SlotLinkState.Flushing && !_paused)
        {
            if (budget <= 0)
            {
                // The others have their turn first: not before the next duty cycle.
                _receiveScheduled = true;
                Poller.Post(_receiving);
                break;
            }

            if (DeliverNext(_requests) || DeliverNext(_responses))
            {
                budget--;
            }
            else if (!TakeNext())
            {
                break;
            }
        }

        if (_state != SlotLinkState.Closed)
        {
            AfterReceive();
        }
    }

    private void AfterReceive()
    {
        Repost();
        FetchNext();
        if (_state != SlotLinkState.Closed && _peerEnded && !_paused && _filled.Count + _requests.Count + _responses.Count == 0)
        {
            Fail(_state == SlotLinkState.Flushing && _queuedBytes == 0 ? LinkError.None : LinkError.PeerClosed, "closed by the peer");
        }

        if (_state != SlotLinkState.Closed)
        {
            MarkDirty();
        }
    }

    private bool DeliverNext(Queue<ReceiveSlot> frames)
    {
        if (!frames.TryPeek(out var slot) || slot.State != SlotState.Ready)
        {
            return false;
        }

        frames.Dequeue();
        Deliver(slot);
        return true;
    }

    private void Deliver(ReceiveSlot slot)
    {
        _sink.OnFrame(this, ref slot.Frame);
        slot.Frame.Slab?.Release();
        slot.Frame.Slab = null;
        _slots.Deliver(slot);
    }

    // The next message. False when there is none, or the set-up must be answered first.
    private bool TakeNext()
    {
        if (!_filled.TryPeek(out var slot))
        {
            return false;
        }

        if (!Tlv.TryRead(slot.Pointer, out var type, out _) || slot.Length < Tlv.Size)
        {
            Fail(LinkError.BadMagic, "tlv magic");
            return false;
        }

        if (!type.IsSetup() && _state == SlotLinkState.SettingUp)
        {
            if (!_setupReceived)
            {
                Fail(LinkError.UnexpectedFrame, "tlv type: a frame before the link set-up");
            }

            return false;
        }

        _filled.Dequeue();
        Repost();
        Take(slot, type);
        return true;
    }

    private void Take(ReceiveSlot slot, FrameType type)
    {
        switch (type)
        {
            case FrameType.NexusRequest or FrameType.NexusResponse:
                ReceiveSetup(slot);
                break;
            case FrameType.CreditNop:
                ReceiveNop(slot);
                break;
            case FrameType.ReadAck:
                ReceiveReadAck(slot);
                break;
            default:
                ReceiveFrame(slot);
                break;
        }
    }

    private void ReceiveNop(ReceiveSlot slot)
    {
        if (!CreditNop.TryParse(new ReadOnlySpan<byte>(slot.Pointer, slot.Length), out var nop, out var field))
        {
            Fail(LinkError.BadHeaderLength, $"credit nop: {field}");
            return;
        }

        _peerCredits += nop.Credits;
        _slots.Free(slot);
    }

    private void ReceiveReadAck(ReceiveSlot slot)
    {
        if (!ReadAck.TryParse(new ReadOnlySpan<byte>(slot.Pointer, slot.Length), out var ack, out var field))
        {
            Fail(LinkError.BadHeaderLength, $"read ack: {field}");
            return;
        }

        _slots.Free(slot);
        if (_exposed.Find(ack.RemoteTask) is not { } body)
        {
            Fail(LinkError.UnknownTask, "read ack: rtid");
            return;
        }

        _queuedBytes -= body.Length;
        _sendProgress = Poller.Now;
        if (_exposed.Remove(ack.RemoteTask) is { } token)
        {
            _sink.OnReleased(this, token);
        }
    }

    private void ReceiveFrame(ReceiveSlot slot)
    {
        ref var frame = ref slot.Frame;
        var error = RdmaFrame.Decode(slot.Pointer, slot.Length, _limits, out frame.Header, out var fields);
        if (error != LinkError.None)
        {
            Fail(error, RdmaFrameDiagnosis.Explain(slot.Pointer, slot.Length, _limits));
            return;
        }

        var expected = (ushort)(_lastSerial + 1);
        if (fields.TransportSerial != expected)
        {
            Fail(LinkError.SequenceError, string.Create(CultureInfo.InvariantCulture, $"sn: {fields.TransportSerial}, expected {expected}"));
            return;
        }

        _lastSerial = expected;
        _peerCredits += fields.Credits;
        if (RdmaFrame.BodyLength(slot.Pointer, fields, _limits, out var bodyLength) != LinkError.None)
        {
            Fail(LinkError.MessageTooLarge, string.Create(CultureInfo.InvariantCulture, $"body: {bodyLength} bytes, allowed {Options.MaxBodyLength}"));
            return;
        }

        if (fields.OutOperation == BodyOperation.Write || fields.OutCount > 1)
        {
            Fail(LinkError.BadOperation, "out_ib_op: no memory was offered to write into, and a body is one entry");
            return;
        }

        frame.BodyLength = bodyLength;
        SetPointers(slot, fields);

        if (_state == SlotLinkState.Flushing)
        {
            Drop(slot);
            return;
        }

        Arrive(slot);
        if (MayOvertake(frame.Header.Type) && slot.State == SlotState.Ready && !_paused)
        {
            Deliver(slot);
            return;
        }

        (frame.Header.Type.IsRequest() ? _requests : _responses).Enqueue(slot);
    }

    // Frames without a sequence number that are part of no handshake: they need not wait for bodies that are still at the peer.
    private static bool MayOvertake(FrameType type) =>
        type is FrameType.KeepAliveRequest or FrameType.KeepAliveResponse or FrameType.ExtensionRequest or FrameType.ExtensionResponse;

    private void SetPointers(ReceiveSlot slot, in RdmaFrameFields fields)
    {
        ref var frame = ref slot.Frame;
        frame.UserHeader = slot.Pointer + fields.UserHeaderOffset;
        frame.UserHeaderLength = fields.UserHeaderLength;
        frame.Room = slot.Pointer + RdmaFrame.RequestSize;
        frame.RoomCount = fields.InCount;
        slot.Body = fields.OutCount > 0 ? Sge.Read(frame.UserHeader - Sge.Size).Key : 0;
        slot.InlineBody = slot.Body == 0 && frame.BodyLength > 0 ? slot.Pointer + fields.BodyOffset : null;
    }

    private void PostSlots(int count)
    {
        _slotsWanted += count;
        Repost();
    }

    // As many slots as were promised are posted again, as far as there is memory that nobody uses.
    private void Repost()
    {
        while (_posted.Count + _filled.Count < _slotsWanted && _state != SlotLinkState.Closed)
        {
            if (!_slots.TryTake(out var slot))
            {
                if (_slots.DeliveredCount * LumpsPerDepth < _depth && _posted.Count > 2)
                {
                    return;
                }

                if (_slots.DeliveredCount == 0)
                {
                    return;
                }

                AskForReuse();
                continue;
            }

            _posted.Enqueue(slot);
            _owedCredits++;
        }
    }

    private void AskForReuse()
    {
        if (_sink.OnReceiveBufferReuse(this))
        {
            _slots.Reuse();
        }
        else
        {
            _slots.Replace();
        }
    }

    // What has arrived is not wanted any more, but its sender must know.
    private void Drop(ReceiveSlot slot)
    {
        DropBody(slot);
        if (slot.Body != 0)
        {
            Acknowledge(slot);
        }

        _slots.Free(slot);
    }

    private void DropAll(Queue<ReceiveSlot> frames)
    {
        while (frames.TryDequeue(out var slot))
        {
            Drop(slot);
        }
    }

    private static void DropBody(ReceiveSlot slot)
    {
        slot.Frame.Slab?.Release();
        slot.Frame.Slab = null;
    }

    private static void DropArrived(Queue<ReceiveSlot> frames)
    {
        while (frames.TryDequeue(out var slot))
        {
            DropBody(slot);
        }
    }
}
