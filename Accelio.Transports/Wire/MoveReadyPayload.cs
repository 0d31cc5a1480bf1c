namespace Accelio.Transports.Wire;

/// <summary>The payload of a <see cref="ControlOperation.MoveReady"/> frame: operation 1, last serial number 8.</summary>
/// <param name="LastSerial">The serial number of the last message that was sent; all ones when none was.</param>
internal readonly record struct MoveReadyPayload(ulong LastSerial)
{
    /// <summary>Bytes of the payload.</summary>
    public const int Size = sizeof(byte) + sizeof(ulong);

    /// <summary>Parses the payload of a control frame whose first byte is <see cref="ControlOperation.MoveReady"/>.</summary>
    /// <param name="payload">The payload, the operation included.</param>
    /// <param name="ready">The parsed payload.</param>
    /// <param name="field">Which field is wrong, null on success.</param>
    public static bool TryParse(ReadOnlySpan<byte> payload, out MoveReadyPayload ready, out string? field)
    {
        var reader = new SpanReader(payload);
        reader.ReadByte();
        ready = new MoveReadyPayload(reader.ReadUInt64());
        field = reader.Failed || reader.Remaining != 0 ? "move-ready: length" : null;
        return field is null;
    }

    /// <summary>Writes <see cref="Size"/> bytes.</summary>
    public void Write(Span<byte> destination)
    {
        var writer = new SpanWriter(destination[..Size]);
        writer.WriteByte((byte)ControlOperation.MoveReady);
        writer.WriteUInt64(LastSerial);
    }
}
