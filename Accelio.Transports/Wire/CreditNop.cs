namespace Accelio.Transports.Wire;

/// <summary>
/// The frame that returns transport credits when nothing is there to carry them, 28 bytes with its TLV (RDMA, section 8). It costs a credit
/// itself, and carries the next serial without consuming it.
/// </summary>
/// <param name="TransportSerial">The next serial of the sender.</param>
/// <param name="AckTransportSerial">The last serial received in order.</param>
/// <param name="Credits">Slots posted since the last header was sent.</param>
internal readonly record struct CreditNop(ushort TransportSerial, ushort AckTransportSerial, ushort Credits)
{
    /// <summary>Bytes of the frame.</summary>
    public const int Size = Tlv.Size + HeaderLength;

    private const ushort HeaderLength = 12;

    /// <summary>Parses a frame of type <see cref="FrameType.CreditNop"/>.</summary>
    /// <param name="frame">The bytes of the completion.</param>
    /// <param name="nop">The parsed frame.</param>
    /// <param name="field">Which field is wrong, null on success.</param>
    public static bool TryParse(ReadOnlySpan<byte> frame, out CreditNop nop, out string? field)
    {
        nop = default;
        if (!RdmaControl.TryOpen(frame, FrameType.CreditNop, HeaderLength, out var reader, out field))
        {
            return false;
        }

        nop = new CreditNop(reader.ReadUInt16(), reader.ReadUInt16(), reader.ReadUInt16());
        return true;
    }

    /// <summary>Writes <see cref="Size"/> bytes.</summary>
    public void Write(Span<byte> destination)
    {
        var writer = RdmaControl.Begin(destination, FrameType.CreditNop, HeaderLength);
        writer.WriteUInt16(TransportSerial);
        writer.WriteUInt16(AckTransportSerial);
        writer.WriteUInt16(Credits);

        // Opcode, flags and pad have never been anything but 0.
        writer.WriteUInt32(0);
    }
}
