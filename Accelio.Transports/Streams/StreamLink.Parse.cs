using System.Runtime.CompilerServices;
using Accelio.Transports.Wire;

namespace Accelio.Transports.Streams;

/// <content>Parsing in place: from bytes to frames.</content>
internal abstract unsafe partial class StreamLink
{
    // Answer of the parser besides the number of a stream: pause, end of the turn, or end of the link.
    private const int Stop = -1;
    private const int Delivered = -2;

    // A body up to this length waits in the receive buffer until it is complete, and is delivered there; a longer one gets memory of its
    // own.
    private const int WaitInBuffer = 128 * 1024;

    private InboundFrame _frame;
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
        if (PlainFrame.TryDecode(p, length, _longestPlain, ref frame.Header, out var userHeader, out var inline))
        {
            var head = TcpFrame.HeaderSize + userHeader;
            Describe(ref frame, p, TcpFrame.HeaderSize, userHeader, rooms: 0, inline, inline == 0 ? null : p + head);
            control.Needed = 0;
            control.Start += head + inline;
            _delivered = true;
            if (_sink!.TryTake(this, ref frame))
            {
                return Delivered;
            }

            control.Start -= head + inline;
            return Deliver(control, head, control, inline);
        }

        return ParseOther(control, p, length);
    }

    // One that is long, or not complete, or has tables, or is of another kind, or wrong.
    private int ParseOther(ReceiveBuffer control, byte* p, int length)
    {
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
        if (error != LinkError.None || bodyLength > MaxBodyLength || IsUnaskedPlacement(fields, bodyLength))
        {
            Refuse(error, fields, bodyLength);
            return Stop;
        }

        Describe(ref frame, p, fields.UserHeaderOffset, fields.UserHeaderLength, fields.InCount, bodyLength, body: null);
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

    // What is known of a frame, at least before its body is looked for.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Describe(ref InboundFrame frame, byte* p, int offset, int userHeader, int rooms, long bodyLength, byte* body)
    {
        frame.UserHeader = p + offset;
        frame.UserHeaderLength = userHeader;
        frame.Room = p + TcpFrame.HeaderSize;
        frame.RoomCount = rooms;
        frame.BodyLength = bodyLength;
        frame.Body = body;
        frame.Placement = PlacementKind.Pool;
        frame.Destination = null;
        frame.Tag = null;
        frame.Slab = null;
        frame.Discarded = false;
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
}
