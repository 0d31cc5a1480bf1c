using System.Runtime.CompilerServices;

namespace Accelio.Transports.Wire;

/// <summary>
/// The headers of every RDMA frame but the link set-up, the credit NOP and the READ ack: TLV, session header, transport header (RDMA,
/// sections 3, 5 and 6). One frame is one SEND; its true length is the byte count of the completion.
/// </summary>
internal static unsafe class RdmaFrame
{
    /// <summary>Offset of the transport header.</summary>
    public const int TransportOffset = Tlv.Size + SessionHeader.Size;

    /// <summary>Bytes of the headers of a request-class frame.</summary>
    public const int RequestSize = TransportOffset + RdmaRequestHeader.Size;

    /// <summary>Bytes of the headers of a response-class frame.</summary>
    public const int ResponseSize = TransportOffset + RdmaResponseHeader.Size;

    private const ulong RequestHeadWord = (ulong)RdmaRequestHeader.Version << 56 | (ulong)RdmaRequestHeader.Size << 32;
    private const ulong ResponseHeadWord = (ulong)RdmaRequestHeader.Version << 56 | (ulong)RdmaResponseHeader.Size << 32;

    /// <summary>
    /// Decodes and checks the headers of the frame that fills <paramref name="length"/> bytes at <paramref name="p"/>; tables, user header
    /// and an inline body are inside that length on success. <see cref="RdmaFrameDiagnosis.Explain"/> tells in words what was wrong.
    /// </summary>
    public static LinkError Decode(byte* p, int length, in RdmaFrameLimits limits, out FrameHeader header, out RdmaFrameFields fields)
    {
        header = default;
        fields = default;
        if (length < RequestSize)
        {
            return Refuse(p, length, limits, out header, out fields);
        }

        var magic = Tlv.TryRead(p, out var type, out fields.TlvLength);
        header.Type = type;
        SessionHeader.Read(p + Tlv.Size, ref header);
        var transport = p + TransportOffset;
        var head = BigEndian.ReadUInt64(transport + RdmaRequestHeader.HeadOffset);
        fields.TransportSerial = (ushort)(head >> 16);
        fields.AckTransportSerial = (ushort)head;
        bool bad;
        if (type.IsRequest())
        {
            bad = DecodeRequest(transport, head, limits, ref header, ref fields);
        }
        else if (length >= ResponseSize)
        {
            bad = DecodeResponse(transport, head, limits, ref header, ref fields);
        }
        else
        {
            bad = true;
        }

        bad = bad
            || !magic
            || fields.InlineLength > limits.MaxBodyLength
            || fields.TlvLength > (ulong)(length - Tlv.Size)
            || (ulong)fields.BodyOffset + (fields.OutOperation == BodyOperation.Send ? fields.InlineLength : 0) > (ulong)length;
        return bad ? Refuse(p, length, limits, out header, out fields) : LinkError.None;
    }

    /// <summary>
    /// Writes the headers completely, pads as zeros. The lengths in <paramref name="fields"/> must be final (<see cref="Measure"/>); tables
    /// and user header follow behind, in the caller's hand.
    /// </summary>
    public static void Encode(byte* p, in FrameHeader header, in RdmaFrameFields fields)
    {
        Tlv.Write(p, header.Type, fields.TlvLength);
        SessionHeader.Write(p + Tlv.Size, header);
        var transport = p + TransportOffset;
        var serials = (ulong)fields.TransportSerial << 16 | fields.AckTransportSerial;
        var lengths = (ulong)fields.UserHeaderLength << 16 | fields.PadLength;
        if (header.Type.IsRequest())
        {
            var flags = fields.PeerWriteResponse ? RdmaRequestHeader.PeerWriteResponseFlag
                : header.LastInBatch ? RdmaRequestHeader.LastInBatchFlag
                : 0u;
            BigEndian.WriteUInt64(transport, RequestHeadWord | serials | (ulong)flags << 48);
            BigEndian.WriteUInt64(
                transport + RdmaRequestHeader.TaskOffset,
                (ulong)fields.Credits << 48 | (ulong)header.LocalTask << 16 | (ulong)fields.InOperation << 8 | (ulong)fields.OutOperation);
            BigEndian.WriteUInt64(transport + RdmaRequestHeader.CountsOffset, (ulong)fields.InCount << 48 | (ulong)fields.OutCount << 32);
            BigEndian.WriteUInt64(transport + RdmaRequestHeader.LengthsOffset, lengths << 32);
            BigEndian.WriteUInt64(transport + RdmaRequestHeader.InlineLengthOffset, fields.InlineLength);
            return;
        }

        BigEndian.WriteUInt64(transport, ResponseHeadWord | serials);
        BigEndian.WriteUInt64(
            transport + RdmaResponseHeader.TaskOffset,
            (ulong)fields.Credits << 48 | (ulong)header.RemoteTask << 16 | (ulong)fields.OutOperation << 8);
        BigEndian.WriteUInt64(transport + RdmaResponseHeader.StatusOffset, (ulong)fields.OutCount << 32 | header.Status);
        BigEndian.WriteUInt64(transport + RdmaResponseHeader.LengthsOffset, (ulong)header.LocalTask << 32 | lengths);
        BigEndian.WriteUInt32(transport + RdmaResponseHeader.RemainOffset, 0);
        BigEndian.WriteUInt64(transport + RdmaResponseHeader.InlineLengthOffset, fields.InlineLength);
    }

    /// <summary>
    /// Sets <see cref="RdmaFrameFields.UserHeaderOffset"/> and <see cref="RdmaFrameFields.TlvLength"/> from the other fields; the TLV
    /// counts an inline body.
    /// </summary>
    public static void Measure(FrameType type, ref RdmaFrameFields fields)
    {
        fields.UserHeaderOffset = type.IsRequest()
            ? RequestSize + ((fields.InCount + fields.OutCount) * Sge.Size)
            : ResponseSize + (fields.OutCount * ResponseEntrySize(fields.OutOperation));
        var inline = fields.OutOperation == BodyOperation.Send ? fields.InlineLength : 0;
        fields.TlvLength = (ulong)(fields.BodyOffset - Tlv.Size) + inline;
    }

    /// <summary>
    /// Patches what is known only when the frame is posted: serial, acknowledged serial and credits, at the same place in both directions
    /// (RDMA, section 8).
    /// </summary>
    public static void Stamp(byte* p, ushort serial, ushort acknowledged, ushort credits)
    {
        var transport = p + TransportOffset;
        BigEndian.WriteUInt32(transport + RdmaRequestHeader.HeadOffset + 4, (uint)serial << 16 | acknowledged);
        BigEndian.WriteUInt16(transport + RdmaRequestHeader.TaskOffset, credits);
    }

    /// <summary>
    /// Takes off the credits that ride on a frame which is read later, so that they do not count twice. 0 for one that is too short: it is refused when it is read (RDMA, section 8).
    /// </summary>
    public static ushort TakeCredits(byte* p, int length)
    {
        const int Offset = TransportOffset + RdmaRequestHeader.TaskOffset;
        if (length < Offset + sizeof(ushort))
        {
            return 0;
        }

        var credits = BigEndian.ReadUInt16(p + Offset);
        BigEndian.WriteUInt16(p + Offset, 0);
        return credits;
    }

    /// <summary>The length of the body of a decoded frame, wherever it travels. <paramref name="p"/> is the start of the frame.</summary>
    /// <returns><see cref="LinkError.None"/>, <see cref="LinkError.MessageTooLarge"/> or <see cref="LinkError.LengthMismatch"/>.</returns>
    public static LinkError BodyLength(byte* p, in RdmaFrameFields fields, in RdmaFrameLimits limits, out long length)
    {
        var tables = p + fields.UserHeaderOffset;
        var total = fields.OutOperation switch
        {
            BodyOperation.Read => Sge.TotalLength(tables - (fields.OutCount * Sge.Size), fields.OutCount),
            BodyOperation.Write => WriteLengths.Total(tables - (fields.OutCount * WriteLengths.Size), fields.OutCount),
            _ => fields.InlineLength,
        };
        length = (long)total;
        return total > limits.MaxBodyLength ? LinkError.MessageTooLarge
            : fields.OutOperation == BodyOperation.Write && total != fields.InlineLength ? LinkError.LengthMismatch
            : LinkError.None;
    }

    /// <summary>Bytes of an entry of a response's table.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static int ResponseEntrySize(BodyOperation operation) => operation switch
    {
        BodyOperation.Write => WriteLengths.Size,
        BodyOperation.Read => Sge.Size,
        _ => 0,
    };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool DecodeRequest(
        byte* transport, ulong head, in RdmaFrameLimits limits, ref FrameHeader header, ref RdmaFrameFields fields)
    {
        var task = BigEndian.ReadUInt64(transport + RdmaRequestHeader.TaskOffset);
        var counts = BigEndian.ReadUInt64(transport + RdmaRequestHeader.CountsOffset);
        var lengths = BigEndian.ReadUInt64(transport + RdmaRequestHeader.LengthsOffset);
        var flags = (uint)(head >> 48);
        header.LocalTask = (uint)(task >> 16);
        header.LastInBatch = (flags & RdmaRequestHeader.LastInBatchFlag) != 0;
        fields.PeerWriteResponse = (flags & RdmaRequestHeader.PeerWriteResponseFlag) != 0;
        fields.Credits = (ushort)(task >> 48);
        fields.InOperation = (BodyOperation)(byte)(task >> 8);
        fields.OutOperation = (BodyOperation)(byte)task;
        fields.InCount = (ushort)(counts >> 48);
        fields.OutCount = (ushort)(counts >> 32);
        fields.UserHeaderLength = (ushort)(lengths >> 48);
        fields.PadLength = (ushort)(lengths >> 32);
        fields.InlineLength = BigEndian.ReadUInt64(transport + RdmaRequestHeader.InlineLengthOffset);
        fields.UserHeaderOffset = RequestSize + ((fields.InCount + fields.OutCount) * Sge.Size);
        return (ushort)(head >> 32) != RdmaRequestHeader.Size
            || FrameTypeRules.IsNotARequest((uint)header.Type)
            || FrameTypeRules.IsIllegalRequestOperation((uint)fields.OutOperation, header.Type.IsApplication())
            || fields.InCount > limits.MaxIn
            || fields.OutCount > limits.MaxOut
            || (fields.OutOperation == BodyOperation.Read && fields.InlineLength != 0);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool DecodeResponse(
        byte* transport, ulong head, in RdmaFrameLimits limits, ref FrameHeader header, ref RdmaFrameFields fields)
    {
        var task = BigEndian.ReadUInt64(transport + RdmaResponseHeader.TaskOffset);
        var status = BigEndian.ReadUInt64(transport + RdmaResponseHeader.StatusOffset);
        var lengths = BigEndian.ReadUInt64(transport + RdmaResponseHeader.LengthsOffset);
        header.RemoteTask = (uint)(task >> 16);
        header.Status = (uint)status;
        header.LocalTask = (uint)(lengths >> 32);
        fields.Credits = (ushort)(task >> 48);
        var operation = (BodyOperation)(byte)(task >> 8);
        fields.OutOperation = operation;
        fields.UserHeaderLength = (ushort)(lengths >> 16);
        fields.PadLength = (ushort)lengths;
        fields.InlineLength = BigEndian.ReadUInt64(transport + RdmaResponseHeader.InlineLengthOffset);

        // With SEND the count is a stale local one: it names no table.
        fields.OutCount = operation == BodyOperation.Send ? (ushort)0 : (ushort)(status >> 32);
        fields.UserHeaderOffset = ResponseSize + (fields.OutCount * ResponseEntrySize(operation));
        return (ushort)(head >> 32) != RdmaResponseHeader.Size
            || FrameTypeRules.IsNotAResponse((uint)header.Type)
            || FrameTypeRules.IsIllegalRdmaResponseOperation((uint)operation, header.Type.IsApplication())
            || fields.OutCount > (operation == BodyOperation.Write ? limits.MaxWriteLengths : limits.MaxOut)
            || (operation == BodyOperation.Read && fields.InlineLength != 0);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static LinkError Refuse(byte* p, int length, in RdmaFrameLimits limits, out FrameHeader header, out RdmaFrameFields fields)
    {
        header = default;
        fields = default;
        return RdmaFrameDiagnosis.Find(p, length, limits, out _);
    }
}
