namespace Accelio.Transports.Wire;

/// <summary>The payload of a <see cref="ControlOperation.Ack"/> frame: operation 1, messages 8, answers 8. It frees what the receiver keeps to send it again.</summary>
/// <param name="Messages">Requests and one-way messages that were delivered to the sender of the frame, counted from the beginning of the connection.</param>
/// <param name="Answers">Responses and receipts that were.</param>
internal readonly record struct AckPayload(ulong Messages, ulong Answers)
{
    /// <summary>Bytes of the payload.</summary>
    public const int Size = sizeof(byte) + (2 * sizeof(ulong));

    /// <summary>Parses the payload of a control frame whose first byte is <see cref="ControlOperation.Ack"/>.</summary>
    /// <param name="payload">The payload, the operation included.</param>
    /// <param name="ack">The parsed payload.</param>
    /// <param name="field">Which field is wrong, null on success.</param>
    public static bool TryParse(ReadOnlySpan<byte> payload, out AckPayload ack, out string? field)
    {
        var reader = new SpanReader(payload);
        reader.ReadByte();
        ack = new AckPayload(reader.ReadUInt64(), reader.ReadUInt64());
        field = reader.Failed || reader.Remaining != 0 ? "ack: length" : null;
        return field is null;
    }

    /// <summary>Writes <see cref="Size"/> bytes.</summary>
    public void Write(Span<byte> destination)
    {
        var writer = new SpanWriter(destination[..Size]);
        writer.WriteByte((byte)ControlOperation.Ack);
        writer.WriteUInt64(Messages);
        writer.WriteUInt64(Answers);
    }
}
