namespace Accelio.Transports.Wire;

/// <summary>The payload of a <see cref="ControlOperation.Withdraw"/> or <see cref="ControlOperation.Withdrawn"/> frame: operation 1, region 16.</summary>
/// <param name="Operation">Which of the two.</param>
/// <param name="Region">Number of the region.</param>
internal readonly record struct WithdrawPayload(ControlOperation Operation, UInt128 Region)
{
    /// <summary>Bytes of the payload.</summary>
    public const int Size = 17;

    /// <summary>Parses the payload of a control frame whose first byte is one of the two.</summary>
    /// <param name="payload">The payload, the operation included.</param>
    /// <param name="withdraw">The parsed payload.</param>
    /// <param name="field">Which field is wrong, null on success.</param>
    public static bool TryParse(ReadOnlySpan<byte> payload, out WithdrawPayload withdraw, out string? field)
    {
        var reader = new SpanReader(payload);
        withdraw = new WithdrawPayload((ControlOperation)reader.ReadByte(), new UInt128(reader.ReadUInt64(), reader.ReadUInt64()));
        field = reader.Failed || reader.Remaining != 0 ? "withdraw: length" : null;
        return field is null;
    }

    /// <summary>Writes <see cref="Size"/> bytes.</summary>
    public void Write(Span<byte> destination)
    {
        var writer = new SpanWriter(destination[..Size]);
        writer.WriteByte((byte)Operation);
        writer.WriteUInt64((ulong)(Region >> 64));
        writer.WriteUInt64((ulong)Region);
    }
}
