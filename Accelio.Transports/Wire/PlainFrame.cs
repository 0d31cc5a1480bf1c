using System.Runtime.CompilerServices;

namespace Accelio.Transports.Wire;

/// <summary>
/// The quick way for most TCP frames: a request, one-way message or successful response whose body is inline, in one piece, on one stream. Everything else, and everything that breaks a
/// rule, is left to <see cref="TcpFrame.Decode"/>, which looks at it from the beginning.
/// </summary>
internal static unsafe class PlainFrame
{
    private const ulong Magic = (ulong)Tlv.Magic << 32;
    private const ulong Request = Magic | (uint)FrameType.Request;
    private const ulong OneWay = Magic | (uint)FrameType.OneWay;
    private const ulong Response = Magic | (uint)FrameType.Response;
    private const ulong LastInBatch = (ulong)TcpRequestHeader.LastInBatchFlag << 48;
    private const ulong SentBothWays = (ulong)BodyOperation.Send << 8 | (ulong)BodyOperation.Send;
    private const ulong SentAndSucceeded = (ulong)BodyOperation.Send << 56;

    /// <summary>The longest TLV for <see cref="TryDecode"/> that is within the limits: none on a pair of streams.</summary>
    public static ulong LongestTlv(in TcpFrameLimits limits) =>
        limits.IsDual ? 0 : ulong.Min(limits.MaxTlvLength, TcpFrame.HeadersInTlv + ulong.Min(limits.MaxBodyLength, int.MaxValue / 2));

    /// <summary>Decodes a frame that is plain and complete: <see cref="TcpFrame.HeaderSize"/> bytes, the user header, the body.</summary>
    /// <param name="p">The frame.</param>
    /// <param name="length">Bytes that are readable, at least <see cref="TcpFrame.HeaderSize"/>.</param>
    /// <param name="longestTlv">What <see cref="LongestTlv"/> said.</param>
    /// <param name="header">Set when the answer is true.</param>
    /// <param name="userHeader">Length of the user header in bytes.</param>
    /// <param name="body">Length of the body in bytes.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool TryDecode(byte* p, int length, ulong longestTlv, ref FrameHeader header, out int userHeader, out int body)
    {
        var magicAndType = BigEndian.ReadUInt64(p);
        var tlvLength = BigEndian.ReadUInt64(p + Tlv.LengthOffset);
        var transport = p + TcpFrame.TransportOffset;
        var head = BigEndian.ReadUInt64(transport);
        var tasks = BigEndian.ReadUInt64(transport + TcpRequestHeader.TaskOffset);
        var counts = BigEndian.ReadUInt64(transport + TcpRequestHeader.CountsOffset);
        var lengths = BigEndian.ReadUInt64(transport + TcpRequestHeader.LengthsOffset);
        var inline = BigEndian.ReadUInt64(transport + TcpRequestHeader.InlineLengthOffset);
        userHeader = (int)(lengths >> 48);
        body = (int)inline;

        // No pad, and the parts make up the whole. The body alone is compared, too: a huge one would wrap around the sum.
        if ((ushort)(lengths >> 32) != 0
            || (ushort)(head >> 32) != TcpRequestHeader.Size
            || tlvLength != TcpFrame.HeadersInTlv + (uint)userHeader + inline
            || inline > tlvLength
            || tlvLength > longestTlv
            || (long)tlvLength > length - Tlv.Size)
        {
            return false;
        }

        if (magicAndType == Response)
        {
            if (counts != SentAndSucceeded)
            {
                return false;
            }

            header.RemoteTask = (uint)tasks;
            header.LastInBatch = false;
        }
        else
        {
            if ((magicAndType != Request && magicAndType != OneWay) || counts >> 32 != 0 || (byte)tasks != (byte)BodyOperation.Send)
            {
                return false;
            }

            header.RemoteTask = 0;
            header.LastInBatch = (head & LastInBatch) != 0;
        }

        header.Type = (FrameType)(uint)magicAndType;
        header.LocalTask = (uint)(tasks >> 32);
        header.Status = 0;
        SessionHeader.Read(p + Tlv.Size, ref header);
        return true;
    }

    /// <summary>Writes the <see cref="TcpFrame.HeaderSize"/> bytes in front of a body of so many bytes; the rest is as in <see cref="Link.SendPlain"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Encode(byte* p, FrameType type, uint task, bool lastInBatch, in SessionWords session, int body, ushort transportSerial)
    {
        BigEndian.WriteUInt64(p, Magic | (uint)type);
        BigEndian.WriteUInt64(p + Tlv.LengthOffset, (ulong)(TcpFrame.HeadersInTlv + body));
        SessionHeader.Write(p + Tlv.Size, session);
        var transport = p + TcpFrame.TransportOffset;
        var head = TcpFrame.HeadWord | (ulong)transportSerial << 16;
        ulong tasks = task;
        var counts = SentAndSucceeded;
        if (type != FrameType.Response)
        {
            head |= lastInBatch ? LastInBatch : 0;
            tasks = tasks << 32 | SentBothWays;
            counts = 0;
        }

        BigEndian.WriteUInt64(transport, head);
        BigEndian.WriteUInt64(transport + TcpRequestHeader.TaskOffset, tasks);
        BigEndian.WriteUInt64(transport + TcpRequestHeader.CountsOffset, counts);
        BigEndian.WriteUInt64(transport + TcpRequestHeader.LengthsOffset, 0);
        BigEndian.WriteUInt64(transport + TcpRequestHeader.InlineLengthOffset, (ulong)body);
    }
}
