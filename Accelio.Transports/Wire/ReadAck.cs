namespace Accelio.Transports.Wire;

/// <summary>
/// The frame with which a requester says that it has fetched the body of a response, 22 bytes with its TLV (RDMA, section 7.4). It has no
/// serial and no credits, but takes a slot. Only now may the responder release its buffers.
/// </summary>
/// <param name="RemoteTask">The responder's task id, as the response named it.</param>
internal readonly record struct ReadAck(uint RemoteTask)
{
    /// <summary>Bytes of the frame.</summary>
    public const int Size = Tlv.Size + HeaderLength;

    private const ushort HeaderLength = 6;

    /// <summary>Parses a frame of type <see cref="FrameType.ReadAck"/>.</summary>
    /// <param name="frame">The bytes of the completion.</param>
    /// <param name="ack">The parsed frame.</param>
    /// <param name="field">Which field is wrong, null on success.</param>
    public static bool TryParse(ReadOnlySpan<byte> frame, out ReadAck ack, out string? field)
    {
        ack = default;
        if (!RdmaControl.TryOpen(frame, FrameType.ReadAck, HeaderLength, out var reader, out field))
        {
            return false;
        }

        ack = new ReadAck(reader.ReadUInt32());
        return true;
    }

    /// <summary>Writes <see cref="Size"/> bytes.</summary>
    public void Write(Span<byte> destination)
    {
        var writer = RdmaControl.Begin(destination, FrameType.ReadAck, HeaderLength);
        writer.WriteUInt32(RemoteTask);
    }
}
