using System.Runtime.CompilerServices;
using Accelio.Transports;
using Accelio.Transports.Wire;

namespace Accelio.Reactive.Engine;

/// <content>Arriving messages, answers and control frames (wire protocol, sections 6.2, 6.3, 12).</content>
internal sealed partial class ConnectionMachine
{
    /// <summary>A request or one-way message is complete.</summary>
    internal unsafe void OnMessage(ref InboundFrame frame)
    {
        if (!IsTakingMessages)
        {
            RefuseEarly(frame.Header.Type);
            return;
        }

        var serial = frame.Header.Serial;
        if (_hasSerial && serial <= _lastSerial)
        {
            if (_kept is not null && Machine.HasComeBack)
            {
                OnRepeated(ref frame);
            }
            else
            {
                OnDuplicate(serial);
            }

            return;
        }

        _hasSerial = true;
        _lastSerial = serial;
        var rest = _answerTime;
        RemoteItem remote = default;
        if ((frame.Header.Flags & MessageFlags.Items) != 0 && !TryTakeItems(ref frame, ref rest, out remote))
        {
            return;
        }

        var charge = frame.UserHeaderLength + frame.BodyLength;
        _receivedMessages++;
        _receivedBytes += charge;
        if (!_receive.Arrived(charge) && !MayArrive(charge, serial))
        {
            return;
        }

        if (_handlersAtWork != 0)
        {
            GiveWay();
        }

        var core = TakeCore(ref frame);
        core.Connection = this;
        core.Epoch = _epoch;
        core.Charge = charge;
        core.Serial = serial;
        core.PeerTask = frame.Header.LocalTask;
        core.IsForLostLink = false;
        core.LastInBatch = frame.Header.LastInBatch;
        core.TellsConnection = true;
        var version = core.Version;
        if (IsCPeer)
        {
            HoldBackCPeer();
        }

        if (frame.Header.Type == FrameType.Request)
        {
            core.WantsReceipt = (frame.Header.Flags & MessageFlags.RequestReadReceipt) != 0;
            core.SetRoom(frame.Room, frame.RoomCount);
            core.OpenAnswer(rest == long.MaxValue ? long.MaxValue : Now + rest, rest < Settings.ResponseTimeout);
            if ((_earlyAborts is not null || rest <= 0) && EndsOnArrival(core, rest))
            {
                return;
            }

            if (remote.Operation != default)
            {
                _events.OnRemoteRequest(this, core, remote);
                return;
            }

            _events.OnRequest(this, core);
            core.StayIn(Machine.InPlace, version);
            StayOpen(core, version);
        }
        else
        {
            OweReceipt(frame.Header);
            if (_retains)
            {
                OweAck(charge);
            }

            var immediate = (frame.Header.Flags & MessageFlags.ImmediateReadReceipt) != 0;
            core.WantsReceipt = !immediate && (frame.Header.Flags & MessageFlags.RequestReadReceipt) != 0;
            if (immediate)
            {
                SendOneWayReceipt(core, accepted: true);
            }

            _events.OnMessage(this, core);
            core.StayIn(Machine.InPlace, version);
        }
    }

    /// <summary>The answer of a message of ours, complete: response, receipt, or both.</summary>
    internal void OnAnswer(OutgoingMessage message, ref InboundFrame frame)
    {
        TakeResponseNumbers(frame.Header, frame.BodyLength);
        var type = frame.Header.Type;
        if (type == FrameType.OneWayReceipt ? message.Kind != OutgoingKind.Deliver : type != FrameType.Response || message.Kind != OutgoingKind.Request)
        {
            RefuseAnswer(type);
            return;
        }

        if (type == FrameType.OneWayReceipt)
        {
            EndOutstanding(message);
            if (frame.Header.ReceiptResult == 0)
            {
                message.Accepted = true;
            }

            message.Succeed(null);
        }
        else
        {
            OnResponse(message, ref frame);
        }

        if (_firstQueued is not null || _mover is not null || State != ConnectionState.Online)
        {
            Drain();
        }
    }

    /// <summary>The receipt of a one-way message for which nobody waits.</summary>
    internal void OnReceipt(OutgoingTask task, MessageId id, long charge, ref InboundFrame frame)
    {
        TakeResponseNumbers(frame.Header, length: 0);
        Tasks.Remove(task);
        _send.Answered(charge);
        if (frame.Header.Type != FrameType.OneWayReceipt)
        {
            Violation(LinkError.UnexpectedFrame, $"{frame.Header.Type} answers a one-way message");
            return;
        }

        _events.OnReceipt(this, id, frame.Header.ReceiptResult == 0);
        Drain();
    }

    /// <summary>A control frame of the request class that names this connection.</summary>
    internal unsafe void OnControl(ref InboundFrame frame)
    {
        switch (frame.Header.Type)
        {
            case FrameType.FinRequest:
                OnFinRequest(frame.Header.LocalTask);
                return;

            case FrameType.KeepAliveRequest:
                var answer = NewFrame(FrameType.KeepAliveResponse);
                answer.Header.RemoteTask = frame.Header.LocalTask;
                answer.Header.Serial = frame.Header.Serial;
                answer.Urgent = true;
                Link.Send(ref answer);
                return;

            case FrameType.CreditUpdate:
                OnCreditUpdate();
                return;

            case FrameType.ExtensionRequest when !IsCPeer:
                OnExtension(new ReadOnlySpan<byte>(frame.UserHeader, frame.UserHeaderLength));
                return;

            default:
                Machine.Note(LinkNote.UnknownRequest, $"type 0x{(uint)frame.Header.Type:x4}");
                return;
        }
    }

    private void OnExtension(ReadOnlySpan<byte> payload)
    {
        var operation = payload.IsEmpty ? default : (ControlOperation)payload[0];
        if (operation == ControlOperation.Abort && Machine.HasAbort)
        {
            OnAbort(payload);
        }
        else if (operation == ControlOperation.Drain && Machine.HasDrain)
        {
            OnDrain(payload);
        }
        else if (operation == ControlOperation.Drained && Machine.HasDrain)
        {
            OnDrained(payload);
        }
        else if (operation == ControlOperation.Ack && _retains)
        {
            OnAck(payload);
        }
        else if (operation is >= ControlOperation.MovePrepare and <= ControlOperation.MoveStay && Machine.HasMigration)
        {
            OnMove(operation, payload);
        }
        else if (GrantPayload.TryParse(payload, out var grant, out var fault))
        {
            TakeGrants(grant.Messages, grant.Bytes);
        }
        else
        {
            Violation(LinkError.MalformedControl, fault ?? "control frame");
        }
    }

    /// <summary>Asks for a sign of life.</summary>
    internal bool TrySendProbe()
    {
        if (State is not (ConnectionState.Online or ConnectionState.FinQueued))
        {
            return false;
        }

        var task = new ProbeTask { Connection = this };
        Tasks.Add(task);
        var frame = NewFrame(FrameType.KeepAliveRequest);
        frame.Header.LocalTask = task.TaskId;
        frame.Urgent = true;
        Link.Send(ref frame);
        return true;
    }

    private unsafe void OnResponse(OutgoingMessage message, ref InboundFrame frame)
    {
        var flags = frame.Header.Flags;
        if ((flags & MessageFlags.ReceiptFirst) != 0 && message.WantsReceipt)
        {
            message.WantsReceipt = false;
            _events.OnReceipt(this, message.Id, frame.Header.ReceiptResult == 0);
        }

        if ((flags & MessageFlags.ReceiptLast) == 0)
        {
            // A standalone receipt: the response is still to come.
            return;
        }

        if (frame.Header.Status != 0)
        {
            OnFailed(message, ref frame);
            return;
        }

        if ((flags & MessageFlags.Items) != 0 && !TryDropItems(ref frame))
        {
            return;
        }

        EndOutstanding(message);
        message.EndReceiving();
        if (frame.BodyLength > message.ResponseBuffer.Length && !message.ResponseBuffer.IsEmpty)
        {
            ReturnAnswer(frame);
            message.Fail(BufferTooSmall(frame.BodyLength, message.ResponseBuffer.Length));
            return;
        }

        if (TakeAnswer(message, ref frame) is not { } answer)
        {
            ReturnAnswer(frame);
            message.Fail(MemoryGone().For(sent: true));
            return;
        }

        var version = answer.Version;
        message.Succeed(answer);
        answer.StayIn(Machine.InPlace, version);
    }

    [MethodImpl(MethodImplOptions.NoInlining)] // What only it needs would be cleared for each answer.
    private void OnFailed(OutgoingMessage message, ref InboundFrame frame)
    {
        if (TryReadFailure(message, ref frame, out var failure))
        {
            EndOutstanding(message);
            message.EndReceiving();
            ReturnAnswer(frame);
            message.Fail(failure);
        }
    }

    private bool TryDropItems(ref InboundFrame frame)
    {
        long rest = 0;
        return TryTakeItems(ref frame, ref rest, out _);
    }

    /// <summary>Takes the extension items off the user header, and out of them the rest of a request's time and what it asks of shared memory.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private unsafe bool TryTakeItems(ref InboundFrame frame, ref long rest, out RemoteItem remote)
    {
        remote = default;
        var header = new ReadOnlySpan<byte>(frame.UserHeader, frame.UserHeaderLength);
        if (!Machine.TrySplitItems(frame.Header, ref header, out var items))
        {
            return false;
        }

        if (items.HasDeadline && Machine.HasDeadline)
        {
            rest = Math.Min(Settings.ResponseTimeout, WireTime.ToTicks(items.Deadline));
        }

        if (items.HasRemote && Machine.HasMemory)
        {
            remote = items.Remote;
        }

        frame.UserHeader += frame.UserHeaderLength - header.Length;
        frame.UserHeaderLength = header.Length;
        return true;
    }

    /// <summary>What the peer says about a failure.</summary>
    private unsafe bool TryReadFailure(OutgoingMessage message, ref InboundFrame frame, out Failure failure)
    {
        failure = default;
        var header = new ReadOnlySpan<byte>(frame.UserHeader, frame.UserHeaderLength);
        if (!Machine.TrySplitItems(frame.Header, ref header, out var items))
        {
            return false;
        }

        if (items.HasExpired && Machine.HasDeadline)
        {
            // The peer's clock was a little faster: it is our time all the same.
            failure = message.TimedOut().For(items.MayHaveExecuted);
            return true;
        }

        var status = (AccelioStatus)frame.Header.Status;
        var text = items.HasFailureText ? System.Text.Encoding.UTF8.GetString(items.FailureText) : StatusCodes.Describe(frame.Header.Status);
        failure = new Failure(FailureKind.PeerStatus, status, text, status != AccelioStatus.NotSupported);
        return true;
    }

    private static Failure BufferTooSmall(long length, int room) => new(
        FailureKind.TooLarge,
        AccelioStatus.UserBufferOverflow,
        $"The response has {length} bytes, the ResponseBuffer {room}. Give a larger buffer, or none.",
        MayHaveExecuted: true);

    private bool IsTakingMessages =>
        State is ConnectionState.Online or ConnectionState.FinQueued or ConnectionState.FinWait1 or ConnectionState.FinWait2;

    private void RefuseEarly(FrameType type)
    {
        if (State == ConnectionState.Connecting)
        {
            Violation(LinkError.UnexpectedFrame, $"{type} before the session was set up");
        }
        else if (State == ConnectionState.Frozen && type is FrameType.Request or FrameType.OneWay)
        {
            Violation(LinkError.UnexpectedFrame, $"{type} behind move-ready");
        }
    }

    private bool MayArrive(long charge, ulong serial)
    {
        if (!_receive.HadRoomFor(charge) && !IsCPeer)
        {
            Violation(LinkError.CreditOverrun, $"message {serial} came without credit");
            return false;
        }

        if (_receive.IsGrantDue && !IsCPeer)
        {
            // The window may have grown, and there may be no lease whose end would tell the peer.
            SendGrant();
        }

        return true;
    }

    private void RefuseAnswer(FrameType type) => Violation(LinkError.UnexpectedFrame, $"{type} answers a message of another kind");

    /// <summary>The message has its final answer: it leaves the table.</summary>
    private void EndOutstanding(OutgoingMessage message)
    {
        _send.Answered(message.Charge);
        Tasks.Remove(message);
    }

    private void TakeResponseNumbers(in FrameHeader header, long length)
    {
        if (header.SequenceNumber == _expectedResponseSn || TakeJump(ref _mayResponsesJump, header.SequenceNumber, ref _expectedResponseSn))
        {
            _expectedResponseSn++;
            if (_retains)
            {
                NoteAnswer(header.Serial, length);
            }

            TakeGrants(header.CreditMessages, header.CreditBytes);
        }
        else
        {
            TolerateSequence("response", header.SequenceNumber, ref _expectedResponseSn);
        }
    }

    /// <summary>A C peer's wrong number is noted, its message delivered, its credits not taken, as libxio does (section 6.3). Ours must not miscount.</summary>
    private bool TolerateSequence(string what, ushort found, ref ushort expected)
    {
        if (!IsCPeer)
        {
            Violation(LinkError.SequenceError, $"{what} sn is {found}, not {expected}");
            return false;
        }

        Machine.Note(LinkNote.UnexpectedSequence, $"{what} sn is {found}, not {expected}");
        return true;
    }

    private void OnDuplicate(ulong serial)
    {
        if (IsCPeer)
        {
            Machine.Note(LinkNote.DuplicateSerial, $"serial {serial} after {_lastSerial}");
            _events.OnError(this, AccelioStatus.MessageDiscarded, $"The peer sent message {serial} after {_lastSerial}; as a duplicate it was dropped.");
        }
        else
        {
            Violation(LinkError.SequenceError, $"serial {serial} after {_lastSerial}");
        }
    }

    /// <summary>Waits for a sign of life.</summary>
    private sealed class ProbeTask : OutgoingTask
    {
        /// <inheritdoc/>
        public override void OnResponse(LinkMachine link, ref InboundFrame frame)
        {
            link.Tasks.Remove(this);
            if (frame.Header.Type != FrameType.KeepAliveResponse)
            {
                link.Link.Abort(LinkError.UnexpectedFrame, $"{frame.Header.Type} answers a sign of life");
                return;
            }

            link.OnProbeAnswered();
        }

        /// <inheritdoc/>
        public override void OnConnectionClosed(in Failure failure) => Connection!.Machine.OnProbeAnswered();
    }
}
