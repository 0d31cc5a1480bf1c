namespace Accelio.Transports.Wire;

/// <summary>The payload of a <see cref="ControlOperation.StandBy"/> or <see cref="ControlOperation.StandingBy"/> frame: operation 1, time 8.</summary>
/// <param name="Operation">Which of the two.</param>
/// <param name="Time">For how long the link is to be kept, in nanoseconds, unless it is asked for again.</param>
internal readonly record struct StandbyPayload(ControlOperation Operation, ulong Time)
{
    /// <summary>Bytes of the payload.</summary>
    public const int Size = 9;

    /// <summary>Parses the payload of a control frame whose first byte is one of the two.</summary>
    /// <param name="payload">The payload, the operation included.</param>
    /// <param name="standby">The parsed payload.</param>
    /// <param name="field">Which field is wrong, null on success.</param>
    public static bool TryParse(ReadOnlySpan<byte> payload, out StandbyPayload standby, out string? field)
    {
        var reader = new SpanReader(payload);
        standby = new StandbyPayload((ControlOperation)reader.ReadByte(), reader.ReadUInt64());
        field = reader.Failed || reader.Remaining != 0 ? "standby: length" : null;
        return field is null;
    }

    /// <summary>Writes <see cref="Size"/> bytes.</summary>
    public void Write(Span<byte> destination)
    {
        var writer = new SpanWriter(destination[..Size]);
        writer.WriteByte((byte)Operation);
        writer.WriteUInt64(Time);
    }
}
