using System.Buffers;
using System.Runtime.CompilerServices;
using Accelio.Transports.Wire;

namespace Accelio.Transports.Streams;

/// <content>Sending: the choice of inline or bulk, and the writing of frames into the queues (wire protocol, section 9).</content>
internal abstract unsafe partial class StreamLink
{
    // Addresses mean nothing on a stream, but zero means "no bulk here": any other number will do, and leaks no pointer.
    private const ulong OpaqueAddress = 1;

    // Much that this side has in flight travels in two parts, so that the peer works on the one while this side makes the other; answers, of which it does not know how many are in flight, only when
    // they are many. Each part costs a system call on both sides, as much as making some sixty frames.
    private const int MinEarlyFlushFrames = 64;
    private const int MaxEarlyFlushFrames = 128;
    private const int EarlyFlushBytes = 128 * 1024;

    // Longest body that goes the short way; less than any on a pair of streams and before the peer's limits are known.
    private int _smallBody = -1;
    private ushort _transportSerial;
    private int _framesSinceFlush;
    private long _largestRoom;
    private bool _congested;

    /// <inheritdoc/>
    public override SendStatus Send(ref OutboundFrame frame)
    {
        if (_state != StreamLinkState.Ready)
        {
            return _state > StreamLinkState.Ready
                ? SendStatus.Closed
                : throw new InvalidOperationException("the link is not configured yet");
        }

        var type = frame.Header.Type;
        var bodyLength = frame.BodyLength;
        var userHeader = frame.Items.Length + frame.UserHeader.Length;
        if (userHeader > ushort.MaxValue)
        {
            return SendStatus.HeaderTooLong;
        }

        if (bodyLength <= _smallBody && IsSmall(ref frame, type, (int)bodyLength + userHeader))
        {
            WriteSmall(ref frame, userHeader, (int)bodyLength);
            AfterWrite(frame.Awaited);
            return SendStatus.Copied;
        }

        TcpFrameFields fields = default;
        fields.UserHeaderLength = (ushort)userHeader;
        fields.OutOperation = BodyOperation.Send;
        fields.InlineLength = (ulong)bodyLength;
        var fits = !type.IsApplication() ? bodyLength == 0
            : type.IsRequest() ? ChooseForRequest(ref frame, ref fields, bodyLength)
            : ChooseForResponse(ref frame, ref fields, bodyLength);
        if (!fits)
        {
            return SendStatus.DoesNotFit;
        }

        TcpFrame.Measure(type, _isDual, ref fields);
        if (TcpFrame.HeaderSize + fields.TableLength + userHeader > _peerBufferSize)
        {
            return SendStatus.HeaderTooLong;
        }

        fields.TransportSerial = _transportSerial;
        var status = Write(ref frame, fields, bodyLength);
        _transportSerial++;
        AfterWrite(frame.Awaited);
        return status;
    }

    /// <inheritdoc/>
    public override void SendPlain(FrameType type, uint task, bool lastInBatch, in SessionWords session, ReadOnlySpan<byte> body, int awaited)
    {
        var p = _controlQueue.Reserve(TcpFrame.HeaderSize + body.Length, startsBulk: false);
        PlainFrame.Encode(p, type, task, lastInBatch, session, body.Length, _transportSerial++);
        body.CopyTo(new Span<byte>(p + TcpFrame.HeaderSize, body.Length));
        AfterWrite(awaited);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void AfterWrite(int awaited)
    {
        var queued = Queued;
        if (queued > Options.SendHighWatermark)
        {
            _congested = true;
        }

        MarkDirty();
        _framesSinceFlush++;
        if (queued >= EarlyFlushBytes || (_framesSinceFlush >= MinEarlyFlushFrames && IsHalfOfAll(awaited)))
        {
            FlushEarly();
        }
    }

    // Most frames: a small message in one piece, inline, without tables, on one stream. What is the general way's care below cannot arise.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool IsSmall(ref OutboundFrame frame, FrameType type, int length) =>
        type.IsApplication() && frame.OfferedRoom == 0 && !frame.Urgent && frame.Token is not { IsNeverCopied: true }
        && TcpFrame.HeaderSize + (Sge.Size * frame.PeerRoom.Length) + length < _peerBufferSize;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void WriteSmall(ref OutboundFrame frame, int userHeader, int bodyLength)
    {
        Unsafe.SkipInit(out TcpFrameFields fields);
        fields.TlvLength = (ulong)(TcpFrame.HeadersInTlv + userHeader + bodyLength);
        fields.InlineLength = (ulong)bodyLength;
        fields.TableLength = 0;
        fields.TransportSerial = _transportSerial;
        fields.InCount = fields.OutCount = fields.PadLength = 0;
        fields.UserHeaderLength = (ushort)userHeader;
        fields.InOperation = fields.OutOperation = BodyOperation.Send;
        fields.PeerWriteResponse = false;
        var length = TcpFrame.HeaderSize + userHeader + bodyLength;
        var p = _controlQueue.Reserve(length, startsBulk: false);
        TcpFrame.Encode(p, frame.Header, fields);
        p += TcpFrame.HeaderSize;
        if (userHeader != 0)
        {
            frame.Items.CopyTo(new Span<byte>(p, frame.Items.Length));
            frame.UserHeader.CopyTo(new Span<byte>(p + frame.Items.Length, frame.UserHeader.Length));
            p += userHeader;
        }

        CopyBody(ref frame, p, bodyLength, length);
        _transportSerial++;
    }

    // What reads memory of others may throw: then nothing was sent.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void CopyBody(ref OutboundFrame frame, byte* p, int bodyLength, int reserved)
    {
        if (!frame.Piece.IsEmpty)
        {
            frame.Piece.CopyTo(new Span<byte>(p, bodyLength));
        }
        else if (bodyLength != 0)
        {
            CopyParts(frame.Body, p, bodyLength, reserved);
        }
    }

    private void CopyParts(in ReadOnlySequence<byte> body, byte* p, int bodyLength, int reserved)
    {
        try
        {
            body.CopyTo(new Span<byte>(p, bodyLength));
        }
        catch
        {
            if (_isDual)
            {
                _queues[DataStream].TakeBack(bodyLength);
            }

            _queues[ControlStream].TakeBack(reserved);
            throw;
        }
    }

    private bool IsHalfOfAll(int awaited) => _framesSinceFlush >= MaxEarlyFlushFrames || (awaited > 0 && _framesSinceFlush >= awaited / 2);

    // Section 9.2. Whether the headers fit is checked by the caller.
    private bool ChooseForRequest(ref OutboundFrame frame, ref TcpFrameFields fields, long bodyLength)
    {
        var parts = bodyLength == 0 ? 0 : frame.Body.IsSingleSegment || !frame.Piece.IsEmpty ? 1 : CountParts(frame.Body);
        fields.InOperation = BodyOperation.Send;
        if (frame.OfferedRoom > 0 && _peerMaxOutParts > 0)
        {
            fields.InCount = 1;
            _largestRoom = Math.Max(_largestRoom, frame.OfferedRoom);
            if (frame.OfferedRoom + TcpFrame.HeaderSize + Sge.Size + (long)Options.MaxHeaderLength >= _peerBufferSize)
            {
                fields.InOperation = BodyOperation.Write;
            }
        }

        var tables = (fields.InCount + parts) * Sge.Size;
        if (bodyLength == 0
            || (bodyLength <= Options.MaxInlineBody
                && TcpFrame.HeaderSize + tables + fields.UserHeaderLength + bodyLength <= _peerBufferSize))
        {
            return true;
        }

        fields.OutOperation = BodyOperation.Read;
        fields.OutCount = (ushort)Math.Min(parts, _peerMaxInParts);
        fields.InlineLength = 0;
        return fields.OutCount > 0 && bodyLength <= uint.MaxValue;
    }

    // Section 9.3: inline if it fits, else into what the requester offered or what was agreed for all.
    private bool ChooseForResponse(ref OutboundFrame frame, ref TcpFrameFields fields, long bodyLength)
    {
        if (bodyLength == 0
            || TcpFrame.HeaderSize + (Sge.Size * frame.PeerRoom.Length) + fields.UserHeaderLength + bodyLength < _peerBufferSize)
        {
            return true;
        }

        fields.OutOperation = BodyOperation.Write;
        if (bodyLength <= frame.AgreedRoom && bodyLength <= uint.MaxValue)
        {
            fields.OutCount = 1;
            return true;
        }

        if (frame.PeerRoom.IsEmpty || frame.PeerRoom[0].Address == 0 || frame.PeerRoom[0].Length == 0)
        {
            return false;
        }

        var left = bodyLength;
        var count = 0;
        while (left > 0 && count < frame.PeerRoom.Length)
        {
            left -= frame.PeerRoom[count++].Length;
        }

        fields.OutCount = (ushort)count;
        return left <= 0;
    }

    private SendStatus Write(ref OutboundFrame frame, in TcpFrameFields fields, long bodyLength)
    {
        var type = frame.Header.Type;
        var copied = frame.Token is null || (bodyLength <= Options.CopyThreshold && !frame.Token.IsNeverCopied);
        var isBulk = bodyLength > Options.CopyThreshold;
        var control = _queues[ControlStream];
        var headLength = TcpFrame.HeaderSize + fields.TableLength;
        var headerOnData = _isDual && !type.IsApplication();
        var userHeader = headerOnData ? 0 : (int)fields.UserHeaderLength;
        var inFront = headLength + userHeader + (copied && !_isDual ? (int)bodyLength : 0);
        if (!copied)
        {
            frame.Token!.Pin(frame.Body);
        }

        // Whatever has bytes on the data stream stays in its place: both streams must have the same order.
        var p = frame.Urgent && bodyLength == 0 && (!headerOnData || fields.UserHeaderLength == 0)
            ? control.ReserveUrgent(inFront)
            : control.Reserve(inFront, isBulk);
        TcpFrame.Encode(p, frame.Header, fields);
        if (fields.TableLength > 0)
        {
            WriteTables(p + TcpFrame.HeaderSize, ref frame, fields, bodyLength);
        }

        if (fields.UserHeaderLength > 0)
        {
            var header = headerOnData ? _queues[DataStream].Reserve(fields.UserHeaderLength, startsBulk: false) : p + headLength;
            frame.Items.CopyTo(new Span<byte>(header, frame.Items.Length));
            frame.UserHeader.CopyTo(new Span<byte>(header + frame.Items.Length, frame.UserHeader.Length));
        }

        if (bodyLength == 0)
        {
            return SendStatus.Copied;
        }

        if (copied)
        {
            var body = _isDual ? _queues[DataStream].Reserve((int)bodyLength, startsBulk: false) : p + headLength + userHeader;
            CopyBody(ref frame, body, (int)bodyLength, inFront);
            return SendStatus.Copied;
        }

        Refer(frame.Token!);
        return SendStatus.Referenced;
    }

    private void Refer(SendToken token)
    {
        var queue = _queues[_bodyStream];
        for (var i = 0; i < token.Count; i++)
        {
            queue.AddReference(token[i], (nuint)token.LengthOf(i), i == token.Count - 1 ? token : null);
        }
    }

    // The response buffers offered, then the parts of the body; or the write lengths.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void WriteTables(byte* p, ref OutboundFrame frame, in TcpFrameFields fields, long bodyLength)
    {
        if (frame.Header.Type.IsResponse())
        {
            WriteWriteLengths(p, ref frame, fields, bodyLength);
            return;
        }

        if (fields.InCount > 0)
        {
            // A zero address says that the response is expected inline.
            Sge.Write(p, new RoomEntry(fields.InOperation == BodyOperation.Write ? OpaqueAddress : 0, frame.OfferedRoom, 0));
            p += Sge.Size;
        }

        if (fields.OutCount == 1)
        {
            // The body is not asked for its only part: the frame has begun, and what stands for memory that is gone throws.
            Sge.Write(p, new RoomEntry(OpaqueAddress, (uint)bodyLength, 0));
        }
        else if (fields.OutCount > 0)
        {
            WriteParts(p, frame.Body, fields.OutCount, bodyLength);
        }
    }

    // When the peer takes fewer entries than the body has parts, the last entry stands for the rest: only the sum counts.
    private static void WriteParts(byte* p, in ReadOnlySequence<byte> body, int count, long bodyLength)
    {
        var left = bodyLength;
        foreach (var part in body)
        {
            if (part.IsEmpty)
            {
                continue;
            }

            var length = --count == 0 ? left : part.Length;
            Sge.Write(p, new RoomEntry(OpaqueAddress, (uint)length, 0));
            p += Sge.Size;
            left -= length;
            if (count == 0)
            {
                return;
            }
        }
    }

    private static void WriteWriteLengths(byte* p, ref OutboundFrame frame, in TcpFrameFields fields, long bodyLength)
    {
        if (fields.OutCount == 1)
        {
            WriteLengths.Write(p, 0, (uint)bodyLength);
            return;
        }

        var left = bodyLength;
        for (var i = 0; i < fields.OutCount; i++)
        {
            var length = (uint)Math.Min(left, frame.PeerRoom[i].Length);
            WriteLengths.Write(p, i, length);
            left -= length;
        }
    }

    private static int CountParts(in ReadOnlySequence<byte> body)
    {
        var count = 0;
        foreach (var part in body)
        {
            count += part.IsEmpty ? 0 : 1;
        }

        return count;
    }
}
