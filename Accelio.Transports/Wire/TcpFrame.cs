using System.Runtime.CompilerServices;

namespace Accelio.Transports.Wire;

/// <summary>
/// The first 96 bytes of every TCP frame but the link set-up: TLV, session header, transport header (wire protocol, sections 4, 6, 7, 8).
/// Decoding and encoding run once per message: they work in 64-bit words, and the rules are branches that good peers never take.
/// </summary>
internal static unsafe class TcpFrame
{
    /// <summary>Bytes of the fixed part.</summary>
    public const int HeaderSize = Tlv.Size + SessionHeader.Size + TcpRequestHeader.Size;

    /// <summary>The part of the fixed bytes that the TLV counts.</summary>
    public const int HeadersInTlv = HeaderSize - Tlv.Size;

    /// <summary>Offset of the transport header.</summary>
    public const int TransportOffset = Tlv.Size + SessionHeader.Size;

    /// <summary>The first word of a transport header, without flags and number.</summary>
    public const ulong HeadWord = (ulong)TcpRequestHeader.Version << 56 | (ulong)TcpRequestHeader.Size << 32;

    /// <summary>
    /// Decodes and checks the fixed part. <paramref name="length"/> bytes at <paramref name="p"/> are readable, at least <see
    /// cref="HeaderSize"/> of them; nothing behind those is read. On success every length in <paramref name="fields"/> is bounded by
    /// <paramref name="limits"/> and the TLV length is the sum of its parts. <see cref="TcpFrameDiagnosis.Explain"/> tells in words what
    /// was wrong.
    /// </summary>
    public static LinkError Decode(byte* p, int length, in TcpFrameLimits limits, out FrameHeader header, out TcpFrameFields fields)
    {
        Unsafe.SkipInit(out header);
        Unsafe.SkipInit(out fields);
        if (length < HeaderSize)
        {
            return Refuse(p, length, limits, out header, out fields);
        }

        var magicAndType = BigEndian.ReadUInt64(p);
        var type = (uint)magicAndType;
        var tlvLength = BigEndian.ReadUInt64(p + Tlv.LengthOffset);
        SessionHeader.Read(p + Tlv.Size, ref header);
        var transport = p + TransportOffset;
        var head = BigEndian.ReadUInt64(transport);
        var tasks = BigEndian.ReadUInt64(transport + TcpRequestHeader.TaskOffset);
        var counts = BigEndian.ReadUInt64(transport + TcpRequestHeader.CountsOffset);
        var lengths = BigEndian.ReadUInt64(transport + TcpRequestHeader.LengthsOffset);
        var inline = BigEndian.ReadUInt64(transport + TcpRequestHeader.InlineLengthOffset);

        var userHeader = (uint)(lengths >> 48);
        var pad = (uint)(ushort)(lengths >> 32);
        var outCount = (uint)(ushort)(counts >> 32);
        header.Type = (FrameType)type;
        header.LocalTask = (uint)(tasks >> 32);
        fields.TlvLength = tlvLength;
        fields.InlineLength = inline;
        fields.TransportSerial = (ushort)(head >> 16);
        fields.UserHeaderLength = (ushort)userHeader;
        fields.PadLength = (ushort)pad;
        fields.OutCount = (ushort)outCount;

        uint tables;
        uint operation;
        bool bad;
        var application = ((FrameType)type).IsApplication();
        if (((FrameType)type).IsRequest())
        {
            var inCount = (uint)(counts >> 48);
            var flags = (uint)(head >> 48);
            operation = (byte)tasks;
            tables = (inCount + outCount) * Sge.Size;
            header.RemoteTask = 0;
            header.Status = 0;
            header.LastInBatch = (flags & TcpRequestHeader.LastInBatchFlag) != 0;
            fields.InCount = (ushort)inCount;
            fields.InOperation = (BodyOperation)(byte)(tasks >> 8);
            fields.PeerWriteResponse = (flags & TcpRequestHeader.PeerWriteResponseFlag) != 0;
            bad = inCount > limits.MaxIn
                || outCount > limits.MaxOut
                || FrameTypeRules.IsNotARequest(type)
                || FrameTypeRules.IsIllegalRequestOperation(operation, application)
                || (operation == (uint)BodyOperation.Read && inline != 0);
        }
        else
        {
            operation = (uint)(counts >> 56);
            tables = outCount * WriteLengths.Size;
            header.RemoteTask = (uint)tasks;
            header.Status = (uint)counts;
            header.LastInBatch = false;
            fields.InCount = 0;
            fields.InOperation = BodyOperation.None;
            fields.PeerWriteResponse = false;
            bad = outCount > limits.MaxWriteLengths
                || FrameTypeRules.IsNotAResponse(type)
                || FrameTypeRules.IsIllegalResponseOperation(operation, application);
        }

        fields.OutOperation = (BodyOperation)operation;
        fields.TableLength = (int)tables;
        var send = operation == (uint)BodyOperation.Send;
        bad = bad
            || magicAndType >> 32 != Tlv.Magic
            || (ushort)(head >> 32) != TcpRequestHeader.Size
            || tlvLength > limits.MaxTlvLength
            || tlvLength != TlvLengthOf(application, send, limits.IsDual, tables, userHeader, pad, inline)
            || inline > limits.MaxBodyLength
            || (!application && IsIllegalControl(inline, pad, tables, userHeader, limits));
        return bad ? Refuse(p, length, limits, out header, out fields) : LinkError.None;
    }

    /// <summary>
    /// Writes the fixed part completely, pads as zeros. The lengths in <paramref name="fields"/> must be final (<see cref="Measure"/>);
    /// tables and user header follow behind, in the caller's hand.
    /// </summary>
    public static void Encode(byte* p, in FrameHeader header, in TcpFrameFields fields)
    {
        Tlv.Write(p, header.Type, fields.TlvLength);
        SessionHeader.Write(p + Tlv.Size, header);
        var transport = p + TransportOffset;
        var head = HeadWord | (ulong)fields.TransportSerial << 16;
        if (header.Type.IsRequest())
        {
            var flags = fields.PeerWriteResponse ? TcpRequestHeader.PeerWriteResponseFlag
                : header.LastInBatch ? TcpRequestHeader.LastInBatchFlag
                : 0u;
            BigEndian.WriteUInt64(transport, head | (ulong)flags << 48);
            BigEndian.WriteUInt64(
                transport + TcpRequestHeader.TaskOffset,
                (ulong)header.LocalTask << 32 | (ulong)fields.InOperation << 8 | (ulong)fields.OutOperation);
            BigEndian.WriteUInt64(transport + TcpRequestHeader.CountsOffset, (ulong)fields.InCount << 48 | (ulong)fields.OutCount << 32);
        }
        else
        {
            BigEndian.WriteUInt64(transport, head);
            BigEndian.WriteUInt64(transport + TcpResponseHeader.TaskOffset, (ulong)header.LocalTask << 32 | header.RemoteTask);
            BigEndian.WriteUInt64(
                transport + TcpResponseHeader.StatusOffset,
                (ulong)fields.OutOperation << 56 | (ulong)fields.OutCount << 32 | header.Status);
        }

        BigEndian.WriteUInt64(
            transport + TcpRequestHeader.LengthsOffset,
            (ulong)fields.UserHeaderLength << 48 | (ulong)fields.PadLength << 32);
        BigEndian.WriteUInt64(transport + TcpRequestHeader.InlineLengthOffset, fields.InlineLength);
    }

    /// <summary>
    /// Sets <see cref="TcpFrameFields.TableLength"/> and <see cref="TcpFrameFields.TlvLength"/> from the other fields (section 9.1).
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Measure(FrameType type, bool dual, ref TcpFrameFields fields)
    {
        var tables = type.IsRequest() ? (uint)(fields.InCount + fields.OutCount) * Sge.Size : (uint)fields.OutCount * WriteLengths.Size;
        fields.TableLength = (int)tables;
        fields.TlvLength = TlvLengthOf(
            type.IsApplication(),
            fields.OutOperation == BodyOperation.Send,
            dual,
            tables,
            fields.UserHeaderLength,
            fields.PadLength,
            fields.InlineLength);
    }

    /// <summary>
    /// The length of the body of a decoded frame, wherever it travels. <paramref name="p"/> is the start of the frame, of which headers and
    /// tables must be readable.
    /// </summary>
    /// <returns><see cref="LinkError.None"/>, <see cref="LinkError.MessageTooLarge"/> or <see cref="LinkError.LengthMismatch"/>.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static LinkError BodyLength(byte* p, in TcpFrameFields fields, in TcpFrameLimits limits, out long length)
    {
        // Decoding has bounded the inline length already.
        length = (long)fields.InlineLength;
        return fields.OutOperation == BodyOperation.Send ? LinkError.None : BulkLength(p, fields, limits, out length);
    }

    /// <summary>The TLV length of section 9.1: what travels outside the TLV is not counted.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static ulong TlvLengthOf(bool application, bool send, bool dual, uint tables, uint userHeader, uint pad, ulong inline)
    {
        ulong length = HeadersInTlv + tables;
        length += application | !dual ? userHeader + pad : 0;
        return length + (send & !dual ? inline : 0);
    }

    /// <summary>
    /// Control frames have no body, and their payload is bounded like a frame even where it travels on the data socket, outside the TLV.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool IsIllegalControl(ulong inline, uint pad, uint tables, uint userHeader, in TcpFrameLimits limits) =>
        (inline | pad) != 0 || HeadersInTlv + (ulong)tables + userHeader > limits.MaxTlvLength;

    private static LinkError BulkLength(byte* p, in TcpFrameFields fields, in TcpFrameLimits limits, out long length)
    {
        var tables = p + HeaderSize;
        var read = fields.OutOperation == BodyOperation.Read;
        var total = read
            ? Sge.TotalLength(tables + (fields.InCount * Sge.Size), fields.OutCount)
            : WriteLengths.Total(tables, fields.OutCount);
        length = (long)total;
        return total > limits.MaxBodyLength ? LinkError.MessageTooLarge
            : !read && total != fields.InlineLength ? LinkError.LengthMismatch
            : LinkError.None;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static LinkError Refuse(byte* p, int length, in TcpFrameLimits limits, out FrameHeader header, out TcpFrameFields fields)
    {
        header = default;
        fields = default;
        return TcpFrameDiagnosis.Find(p, length, limits, out _);
    }
}
