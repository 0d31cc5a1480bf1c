using System.Globalization;
using System.Runtime.CompilerServices;
using Accelio.Transports.Wire;

namespace Accelio.Transports.Streams;

/// <content>Parsing in place: from bytes to frames.</content>
internal abstract unsafe partial class StreamLink
{
    // Answer of the parser besides the number of a stream: pause, end of the turn, or end of the link.
    private const int Stop = -1;
    private const int Delivered = -2;

    // A body up to this length waits in the receive buffer until it is complete, and is delivered there; a longer one gets memory of its own.
    private const int WaitInBuffer = 128 * 1024;

    private InboundFrame _frame;
    private Placement _placement;
    private bool _placing;
    private bool _setupReceived;

    // Delivers what is there. Answers the stream that must bring more, or Stop.
    private int Parse(long now, ref int budget)
    {
        while (!_paused && _state <= StreamLinkState.Ready)
        {
            if (_placing)
            {
                if (_placement.Remaining > 0)
                {
                    return _bodyStream;
                }

                DeliverPlaced();
                budget--;
                continue;
            }

            var control = _buffers[ControlStream];
            if (_state != StreamLinkState.Ready)
            {
                if (!ParseSetup(control))
                {
                    return _state == StreamLinkState.Closed ? Stop : ControlStream;
                }

                continue;
            }

            if (control.Length < TcpFrame.HeaderSize)
            {
                return Await(control, TcpFrame.HeaderSize, ControlStream);
            }

            if (budget <= 0)
            {
                MarkReady(ControlStream);
                return Stop;
            }

            var need = ParseFrame(control);
            if (need != Delivered)
            {
                return need;
            }

            budget--;
        }

        return Stop;
    }

    // One frame, of which at least the fixed headers are there.
    private int ParseFrame(ReceiveBuffer control)
    {
        var p = control.First;
        var length = control.Length;
        ref var frame = ref _frame;
        var error = TcpFrame.Decode(p, length, _limits, out frame.Header, out var fields);
        if (error != LinkError.None)
        {
            Fail(error, TcpFrameDiagnosis.Explain(p, length, _limits));
            return Stop;
        }

        // In front of the body: fixed headers, tables, user header, pad. The payload of control frames of a pair travels like a body.
        var headLength = fields.UserHeaderOffset;
        var payloadOnData = false;
        if (_isDual && !frame.Header.Type.IsApplication())
        {
            payloadOnData = true;
        }
        else
        {
            headLength += fields.UserHeaderLength + fields.PadLength;
        }

        if (length < headLength)
        {
            return Await(control, headLength, ControlStream);
        }

        error = TcpFrame.BodyLength(p, fields, _limits, out var bodyLength);
        if (error != LinkError.None || bodyLength > long.Min(Options.MaxBodyLength, Memory.Slab.MaxLength) || IsUnaskedPlacement(fields, bodyLength))
        {
            Refuse(error, fields, bodyLength);
            return Stop;
        }

        frame.UserHeader = p + fields.UserHeaderOffset;
        frame.UserHeaderLength = fields.UserHeaderLength;
        frame.Room = p + TcpFrame.HeaderSize;
        frame.RoomCount = fields.InCount;
        frame.BodyLength = bodyLength;
        frame.Body = null;
        frame.Placement = PlacementKind.Pool;
        frame.Destination = null;
        frame.Tag = null;
        frame.Slab = null;
        frame.Discarded = false;

        var outside = payloadOnData ? fields.UserHeaderLength : bodyLength;
        if (outside == 0)
        {
            return Deliver(control, headLength, control, 0);
        }

        var buffer = _isDual ? _buffers[DataStream] : control;
        var offset = _isDual ? 0 : headLength;
        if (buffer.Length - offset < outside)
        {
            if (outside <= WaitInBuffer)
            {
                return Await(buffer, offset + (int)outside, _bodyStream);
            }

            return BeginPlacement(buffer, offset, headLength, fields.UserHeaderOffset);
        }

        var body = buffer.First + offset;
        if (payloadOnData)
        {
            frame.UserHeader = body;
        }
        else
        {
            frame.Body = body;
        }

        return Deliver(control, headLength, buffer, (int)outside);
    }

    // A complete frame, in place.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private int Deliver(ReceiveBuffer control, int headLength, ReceiveBuffer buffer, int outside)
    {
        ref var frame = ref _frame;
        _sink!.OnArrival(this, ref frame);
        if (frame.Placement != PlacementKind.Pool && !HonourPlacement(ref frame))
        {
            return Stop;
        }

        if (_state != StreamLinkState.Ready)
        {
            return Stop;
        }

        control.Needed = 0;
        buffer.Needed = 0;
        control.Start += headLength;
        buffer.Start += outside;
        _delivered = true;
        _sink.OnFrame(this, ref frame);
        return Delivered;
    }

    // The sink wants a body that is complete in the buffer elsewhere, not at all, or not now. False: not now.
    private bool HonourPlacement(ref InboundFrame frame)
    {
        switch (frame.Placement)
        {
            case PlacementKind.NotNow:
                PauseReceive();
                return false;
            case PlacementKind.Discard:
                frame.Body = null;
                frame.Discarded = frame.BodyLength > 0;
                break;
            case PlacementKind.Destination when frame.Body != null:
                Buffer.MemoryCopy(frame.Body, frame.Destination, frame.BodyLength, frame.BodyLength);
                frame.Body = frame.Destination;
                break;
        }

        return true;
    }

    // A large body of which only a part is there: it gets memory of its own, the part is moved there, the rest is received there.
    private int BeginPlacement(ReceiveBuffer buffer, int offset, int headLength, int userHeaderOffset)
    {
        ref var frame = ref _frame;
        _sink!.OnArrival(this, ref frame);
        if (_state != StreamLinkState.Ready)
        {
            return Stop;
        }

        if (frame.Placement == PlacementKind.NotNow)
        {
            PauseReceive();
            return Stop;
        }

        byte* target = null;
        if (frame.Placement == PlacementKind.Pool)
        {
            // Address space only: pages are committed as bytes arrive, so an announcement costs nothing.
            frame.Slab = Poller.Memory.Rent(frame.BodyLength);
            target = frame.Slab.Pointer;
        }
        else if (frame.Placement == PlacementKind.Destination)
        {
            target = frame.Destination;
        }

        var here = buffer.Length - offset;
        if (target != null)
        {
            Buffer.MemoryCopy(buffer.First + offset, target, frame.BodyLength, here);
        }

        // The part of the body is not delivered in place, so its room is free again at once.
        buffer.End -= here;
        _placement = new Placement
        {
            Target = target,
            Length = frame.BodyLength,
            Received = here,
            HeadLength = headLength,
            UserHeaderOffset = userHeaderOffset,
        };
        _placing = true;
        _buffers[ControlStream].Needed = 0;
        buffer.Needed = 0;
        return _paused ? Stop : _bodyStream;
    }

    private void DeliverPlaced()
    {
        ref var frame = ref _frame;
        var control = _buffers[ControlStream];

        // The buffer may have moved since the arrival.
        frame.UserHeader = control.First + _placement.UserHeaderOffset;
        frame.Room = control.First + TcpFrame.HeaderSize;
        frame.Body = _placement.Target;
        frame.Discarded = _placement.Target == null;
        control.Start += _placement.HeadLength;
        _placing = false;
        _delivered = true;
        _sink!.OnFrame(this, ref frame);
        frame.Slab?.Release();
        frame.Slab = null;
    }

    private void AbandonPlacement()
    {
        if (_placing)
        {
            _placing = false;
            _frame.Slab?.Release();
            _frame.Slab = null;
        }
    }

    // Between our own peers a response may be placed into room that was agreed at session set-up. Whoever offered nothing by request and agreed to nothing has no room.
    private bool IsUnaskedPlacement(in TcpFrameFields fields, long bodyLength) =>
        fields.OutOperation == BodyOperation.Write && !_roomOffered && bodyLength > AgreedRoom;

    private void Refuse(LinkError error, in TcpFrameFields fields, long bodyLength)
    {
        if (error == LinkError.LengthMismatch)
        {
            Fail(error, string.Create(CultureInfo.InvariantCulture, $"ulp_imm_len: {fields.InlineLength}, the write lengths make {bodyLength}"));
        }
        else if (bodyLength <= Options.MaxBodyLength && fields.OutOperation == BodyOperation.Write)
        {
            Fail(LinkError.LengthMismatch, string.Create(CultureInfo.InvariantCulture, $"write lengths: {bodyLength} bytes, the room agreed is {AgreedRoom}"));
        }
        else
        {
            Fail(LinkError.MessageTooLarge, string.Create(CultureInfo.InvariantCulture, $"body: {bodyLength} bytes, allowed {Options.MaxBodyLength}"));
        }
    }

    // Fewer bytes than needed: says what is missing, and looks at what is there already, so that garbage is not waited for.
    private int Await(ReceiveBuffer buffer, int needed, int stream)
    {
        buffer.Needed = needed;
        if (needed == TcpFrame.HeaderSize && stream == ControlStream && buffer.Length >= Tlv.Size)
        {
            if (!Tlv.TryRead(buffer.First, out var type, out var length))
            {
                Fail(LinkError.BadMagic, $"tlv magic: 0x{BigEndian.ReadUInt32(buffer.First):x8}");
                return Stop;
            }

            if (type.IsSetup())
            {
                Fail(LinkError.UnexpectedFrame, "tlv type: a second link set-up");
                return Stop;
            }

            if (length - TcpFrame.HeadersInTlv > _limits.MaxTlvLength - TcpFrame.HeadersInTlv)
            {
                Fail(
                    LinkError.BadFrameLength,
                    string.Create(CultureInfo.InvariantCulture, $"tlv length: {length}, allowed {TcpFrame.HeadersInTlv} to {_limits.MaxTlvLength}"));
                return Stop;
            }
        }

        return stream;
    }

    private string DescribeIncomplete() => string.Create(
        CultureInfo.InvariantCulture,
        $"{(_placing ? $"body: {_placement.Received} of {_placement.Length} bytes" : $"frame: {_buffers[ControlStream].Length} bytes of it")}, nothing more for {TimeSpan.FromTicks(Options.BodyProgressTimeout)}");
}
