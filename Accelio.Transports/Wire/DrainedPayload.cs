namespace Accelio.Transports.Wire;

/// <summary>The payload of a <see cref="ControlOperation.Drained"/> frame: operation 1, last serial number 8.</summary>
/// <param name="LastSerial">The serial number of the last message that was sent; all ones when none was.</param>
internal readonly record struct DrainedPayload(ulong LastSerial)
{
    /// <summary>Bytes of the payload.</summary>
    public const int Size = sizeof(byte) + sizeof(ulong);

    /// <summary>Parses the payload of a control frame whose first byte is <see cref="ControlOperation.Drained"/>.</summary>
    /// <param name="payload">The payload, the operation included.</param>
    /// <param name="drained">The parsed payload.</param>
    /// <param name="field">Which field is wrong, null on success.</param>
    public static bool TryParse(ReadOnlySpan<byte> payload, out DrainedPayload drained, out string? field)
    {
        var reader = new SpanReader(payload);
        reader.ReadByte();
        drained = new DrainedPayload(reader.ReadUInt64());
        field = reader.Failed || reader.Remaining != 0 ? "drained: length" : null;
        return field is null;
    }

    /// <summary>Writes <see cref="Size"/> bytes.</summary>
    public void Write(Span<byte> destination)
    {
        var writer = new SpanWriter(destination[..Size]);
        writer.WriteByte((byte)ControlOperation.Drained);
        writer.WriteUInt64(LastSerial);
    }
}
