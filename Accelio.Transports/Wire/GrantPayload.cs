namespace Accelio.Transports.Wire;

/// <summary>
/// The payload of a <see cref="ControlOperation.Grant"/> frame: operation 1, messages 4, bytes 8. Sent where no header is there to carry
/// the credits.
/// </summary>
/// <param name="Messages">Messages granted to the receiver of the frame.</param>
/// <param name="Bytes">Bytes granted to the receiver of the frame.</param>
internal readonly record struct GrantPayload(uint Messages, ulong Bytes)
{
    /// <summary>Bytes of the payload.</summary>
    public const int Size = sizeof(byte) + sizeof(uint) + sizeof(ulong);

    /// <summary>Parses the payload of a control frame whose first byte is <see cref="ControlOperation.Grant"/>.</summary>
    /// <param name="payload">The payload, the operation included.</param>
    /// <param name="grant">The parsed payload.</param>
    /// <param name="field">Which field is wrong, null on success.</param>
    public static bool TryParse(ReadOnlySpan<byte> payload, out GrantPayload grant, out string? field)
    {
        var reader = new SpanReader(payload);
        var operation = reader.ReadByte();
        grant = new GrantPayload(reader.ReadUInt32(), reader.ReadUInt64());
        field = reader.Failed || reader.Remaining != 0 ? "grant: length"
            : operation != (byte)ControlOperation.Grant ? "grant: opcode"
            : null;
        return field is null;
    }

    /// <summary>Writes <see cref="Size"/> bytes.</summary>
    public void Write(Span<byte> destination)
    {
        var writer = new SpanWriter(destination[..Size]);
        writer.WriteByte((byte)ControlOperation.Grant);
        writer.WriteUInt32(Messages);
        writer.WriteUInt64(Bytes);
    }
}
