namespace Accelio.Transports.Wire;

/// <summary>
/// What the two frames that only RDMA has are made of: TLV, a header length of 2 bytes that counts itself, fields (RDMA, sections 7.4 and
/// 8).
/// </summary>
internal static class RdmaControl
{
    /// <summary>
    /// Checks TLV and header length and positions a reader on the first field; afterwards <paramref name="headerLength"/> bytes less 2 can
    /// be read.
    /// </summary>
    public static bool TryOpen(ReadOnlySpan<byte> frame, FrameType type, ushort headerLength, out SpanReader reader, out string? field)
    {
        reader = new SpanReader(frame);
        field = frame.Length < Tlv.Size + headerLength ? "frame: cut off"
            : reader.ReadUInt32() != Tlv.Magic ? "tlv magic"
            : reader.ReadUInt32() != (uint)type ? "tlv type"
            : reader.ReadUInt64() > (ulong)(frame.Length - Tlv.Size) ? "tlv length"
            : reader.ReadUInt16() != headerLength ? "hdr_len"
            : null;
        return field is null;
    }

    /// <summary>Writes TLV and header length and returns the writer for the fields.</summary>
    public static SpanWriter Begin(Span<byte> destination, FrameType type, ushort headerLength)
    {
        var writer = new SpanWriter(destination[..(Tlv.Size + headerLength)]);
        writer.WriteUInt32(Tlv.Magic);
        writer.WriteUInt32((uint)type);
        writer.WriteUInt64(headerLength);
        writer.WriteUInt16(headerLength);
        return writer;
    }
}
