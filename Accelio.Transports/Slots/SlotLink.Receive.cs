using System.Globalization;
using Accelio.Transports.Wire;

namespace Accelio.Transports.Slots;

/// <content>Receiving: slots, arrival in wire order, delivery in order per class.</content>
internal abstract unsafe partial class SlotLink
{
    private readonly SlotMemory _slots;
    private readonly RdmaFrameLimits _limits;
    private readonly Queue<ReceiveSlot> _posted = new();
    private readonly Queue<ReceiveSlot> _filled = new();
    private readonly Queue<ReceiveSlot> _requests = new();
    private readonly Queue<ReceiveSlot> _responses = new();
    private int _slotsWanted;
    private ushort _lastSerial = ushort.MaxValue;
    private uint _framesReceived;
    private bool _receiveScheduled;
    private bool _paused;
    private bool _peerEnded;

    /// <inheritdoc/>
    public sealed override void PauseReceive() => _paused |= State <= SlotLinkState.Ready;

    /// <inheritdoc/>
    public sealed override void ResumeReceive()
    {
        if (State > SlotLinkState.Ready)
        {
            return;
        }

        _paused = false;
        _askAgain = true;
        ScheduleReceive();
    }

    /// <summary>Posts the one slot that the peer may use before anything is agreed. Before <see cref="Opened"/>.</summary>
    protected void PostFirstSlot()
    {
        PostSlots(1);

        // That one is for the set-up alone.
        _slotsWanted = 0;
        _owedCredits = 0;
    }

    /// <summary>The slot that the next message goes into, in the order of posting.</summary>
    protected bool TryTakePosted(out ReceiveSlot slot) => _posted.TryDequeue(out slot!);

    /// <summary>A message has come into one of the slots that the link shares with others. False when the peer has sent more than it was allowed to.</summary>
    protected bool TryTakeShared(SlotRoom room, int length)
    {
        if (!_posted.TryDequeue(out var slot))
        {
            return false;
        }

        _slots.Arrive(slot, room);
        OnMessage(slot, length);
        return true;
    }

    /// <summary>Receives into slots that others use, too. Before the first slot is posted.</summary>
    protected void Share(ISharedSlots slots) => _slots.Share(slots);

    /// <summary>A message is in the slot.</summary>
    protected void OnMessage(ReceiveSlot slot, int length)
    {
        LastReceived = Poller.Now;
        slot.Length = length;
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
        try
        {
            ReceiveSome();
        }
        catch (TransportException failure)
        {
            Fail(LinkError.TransportFailed, failure.Message);
        }
    }

    private void ReceiveSome()
    {
        _receiveScheduled = false;
        if (State == SlotLinkState.Flushing)
        {
            // A body that is being fetched is fetched to its end: until then its memory is written to.
            _fetches.Clear();
            DropAll(_requests);
            DropAll(_responses);
        }

        AskAgain();
        var budget = Options.MaxFramesPerCycle;
        while (State is SlotLinkState.SettingUp or SlotLinkState.Ready or SlotLinkState.Flushing && !_paused)
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

        if (_paused)
        {
            TakeSigns();
        }

        if (State != SlotLinkState.Closed)
        {
            AfterReceive();
        }
    }

    private void AfterReceive()
    {
        Repost();
        FetchNext();
        if (State != SlotLinkState.Closed && _peerEnded && !_paused && !_receiveScheduled && (State != SlotLinkState.SettingUp || _filled.Count == 0))
        {
            // What is not here yet will not come.
            Fail(State == SlotLinkState.Flushing && _queuedBytes == 0 ? LinkError.None : LinkError.PeerClosed, "closed by the peer");
        }

        if (State != SlotLinkState.Closed)
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
        _sink!.OnFrame(this, ref slot.Frame);
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

        if (!type.IsSetup() && State == SlotLinkState.SettingUp)
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

    // A reader that pauses because it holds too much may hold just what it answers with: credits to send that, and the word that the peer has fetched
    // it, are no frames to be delivered, and are taken out of their turn. So are the credits that ride on frames which wait: the peer, which has given
    // them, gives them no other way.
    private void TakeSigns()
    {
        for (var left = _filled.Count; left > 0 && State != SlotLinkState.Closed; left--)
        {
            var slot = _filled.Dequeue();
            var hasType = Tlv.TryRead(slot.Pointer, out var type, out _) && slot.Length >= Tlv.Size;
            if (hasType && type is FrameType.CreditNop or FrameType.ReadAck && State == SlotLinkState.Ready)
            {
                Take(slot, type);
            }
            else
            {
                _filled.Enqueue(slot);
                if (hasType && !type.IsSetup() && State == SlotLinkState.Ready)
                {
                    AddCredits(RdmaFrame.TakeCredits(slot.Pointer, slot.Length));
                }
            }
        }
    }

    private void ReceiveNop(ReceiveSlot slot)
    {
        if (!CreditNop.TryParse(new ReadOnlySpan<byte>(slot.Pointer, slot.Length), out var nop, out var field))
        {
            Refuse(slot, LinkError.BadHeaderLength, $"credit nop: {field}");
            return;
        }

        _slots.Free(slot);
        AddCredits(nop.Credits);
    }

    private void Refuse(ReceiveSlot slot, LinkError error, string detail)
    {
        _slots.Free(slot);
        Fail(error, detail);
    }

    // No peer has more slots than its set-up could name.
    private bool AddCredits(int credits)
    {
        _peerCredits += credits;
        if (_peerCredits > ushort.MaxValue)
        {
            Fail(LinkError.CreditOverrun, string.Create(CultureInfo.InvariantCulture, $"credits: {_peerCredits} slots, at most {ushort.MaxValue}"));
        }

        return _peerCredits <= ushort.MaxValue;
    }

    private void ReceiveReadAck(ReceiveSlot slot)
    {
        if (!ReadAck.TryParse(new ReadOnlySpan<byte>(slot.Pointer, slot.Length), out var ack, out var field))
        {
            Refuse(slot, LinkError.BadHeaderLength, $"read ack: {field}");
            return;
        }

        _slots.Free(slot);
        if (FindAcknowledged(ack.RemoteTask) is var exposed && exposed == 0)
        {
            Fail(LinkError.UnknownTask, "read ack: rtid");
            return;
        }

        EndExposure(exposed);
    }

    private void ReceiveFrame(ReceiveSlot slot)
    {
        ref var frame = ref slot.Frame;
        var error = RdmaFrame.Decode(slot.Pointer, slot.Length, _limits, out frame.Header, out var fields);
        if (error != LinkError.None)
        {
            Refuse(slot, error, RdmaFrameDiagnosis.Explain(slot.Pointer, slot.Length, _limits));
            return;
        }

        var expected = (ushort)(_lastSerial + 1);
        if (fields.TransportSerial != expected)
        {
            Refuse(slot, LinkError.SequenceError, string.Create(CultureInfo.InvariantCulture, $"sn: {fields.TransportSerial}, expected {expected}"));
            return;
        }

        _lastSerial = expected;
        slot.Number = _framesReceived++;
        if (!AddCredits(fields.Credits))
        {
            _slots.Free(slot);
            return;
        }

        if (RdmaFrame.BodyLength(slot.Pointer, fields, _limits, out var bodyLength) != LinkError.None)
        {
            Refuse(slot, LinkError.MessageTooLarge, string.Create(CultureInfo.InvariantCulture, $"body: {bodyLength} bytes, allowed {Options.MaxBodyLength}"));
            return;
        }

        frame.BodyLength = bodyLength;
        frame.IsWritten = fields.OutOperation == BodyOperation.Write;
        SetPointers(slot, fields);

        OnFrameReceived(slot);
        if (State == SlotLinkState.Flushing)
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

    // Frames without a sequence number that are part of no handshake need not wait for bodies that are still at the peer. Answers to set-ups must not: what
    // the peer sends on the new connection is of the other class and does not wait for them.
    private static bool MayOvertake(FrameType type) =>
        type is FrameType.KeepAliveRequest or FrameType.KeepAliveResponse or FrameType.ExtensionRequest or FrameType.ExtensionResponse
            or FrameType.SessionResponse or FrameType.HelloResponse;

    private void SetPointers(ReceiveSlot slot, in RdmaFrameFields fields)
    {
        ref var frame = ref slot.Frame;
        frame.UserHeader = slot.Pointer + fields.UserHeaderOffset;
        frame.UserHeaderLength = fields.UserHeaderLength;
        frame.Room = slot.Pointer + RdmaFrame.RequestSize;
        frame.RoomCount = fields.InCount;
        slot.Parts = frame.BodyLength > 0 && !frame.IsWritten ? fields.OutCount : 0;
        slot.PartTable = frame.UserHeader - (slot.Parts * Sge.Size);
        slot.InlineBody = fields.OutCount == 0 && frame.BodyLength > 0 ? slot.Pointer + fields.BodyOffset : null;
    }

    private void PostSlots(int count)
    {
        _slotsWanted += count;
        Repost();
    }

    // As many slots as were promised are posted again, as far as there is memory that nobody uses.
    private void Repost()
    {
        if (_slots.IsShared && _slots.DeliveredCount >= Lump)
        {
            // Others wait for them.
            AskForReuse();
        }

        while (_posted.Count + _filled.Count < _slotsWanted && State != SlotLinkState.Closed)
        {
            if (!_slots.TryTake(out var slot))
            {
                if (_slots.DeliveredCount < Lump && _posted.Count > 2)
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
            Post(slot);
        }
    }

    private void AskForReuse()
    {
        if (_sink!.OnReceiveBufferReuse(this))
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
        Acknowledge(slot);
        _slots.Free(slot);
    }

    private void DropAll(Queue<ReceiveSlot> frames)
    {
        for (var left = frames.Count; left > 0; left--)
        {
            var slot = frames.Dequeue();
            if (slot == _fetched)
            {
                frames.Enqueue(slot);
            }
            else
            {
                Drop(slot);
            }
        }
    }

    private static void DropBody(ReceiveSlot slot)
    {
        slot.Frame.Slab?.Release();
        slot.Frame.Slab = null;
    }

    private void DropArrived(Queue<ReceiveSlot> frames)
    {
        while (frames.TryDequeue(out var slot))
        {
            DropBody(slot);
            _slots.Free(slot);
        }
    }
}
