namespace Accelio.Transports.Wire;

/// <summary>
/// The payload of a <see cref="ControlOperation.Expose"/> frame: operation 1, access 1, two bytes of 0, generation 4, region 16, length 8, address 8, key 4. Network byte order.
/// </summary>
/// <param name="Access">What the receiver's device may do with the memory: 1 read, 2 write, 3 both.</param>
/// <param name="Generation">Generation of the region.</param>
/// <param name="Region">Number of the region.</param>
/// <param name="Length">Length of the memory in bytes.</param>
/// <param name="Address">What operations name its first byte by.</param>
/// <param name="Key">The key that they show.</param>
internal readonly record struct ExposePayload(byte Access, uint Generation, UInt128 Region, ulong Length, ulong Address, uint Key)
{
    /// <summary>Bytes of the payload.</summary>
    public const int Size = 44;

    private const byte ReadAndWrite = 3;

    /// <summary>Parses the payload of a control frame whose first byte is <see cref="ControlOperation.Expose"/>.</summary>
    /// <param name="payload">The payload, the operation included.</param>
    /// <param name="exposed">The parsed payload.</param>
    /// <param name="field">Which field is wrong, null on success.</param>
    public static bool TryParse(ReadOnlySpan<byte> payload, out ExposePayload exposed, out string? field)
    {
        var reader = new SpanReader(payload);
        reader.ReadByte();
        var access = reader.ReadByte();
        reader.ReadUInt16();
        exposed = new ExposePayload(
            access,
            reader.ReadUInt32(),
            new UInt128(reader.ReadUInt64(), reader.ReadUInt64()),
            reader.ReadUInt64(),
            reader.ReadUInt64(),
            reader.ReadUInt32());
        field = reader.Failed || reader.Remaining != 0 ? "expose: length"
            : exposed.Access is 0 or > ReadAndWrite ? "expose: access"
            : exposed.Length == 0 || exposed.Length > long.MaxValue || exposed.Address > ulong.MaxValue - exposed.Length ? "expose: memory"
            : null;
        return field is null;
    }

    /// <summary>Writes <see cref="Size"/> bytes.</summary>
    public void Write(Span<byte> destination)
    {
        var writer = new SpanWriter(destination[..Size]);
        writer.WriteByte((byte)ControlOperation.Expose);
        writer.WriteByte(Access);
        writer.WriteUInt16(0);
        writer.WriteUInt32(Generation);
        writer.WriteUInt64((ulong)(Region >> 64));
        writer.WriteUInt64((ulong)Region);
        writer.WriteUInt64(Length);
        writer.WriteUInt64(Address);
        writer.WriteUInt32(Key);
    }
}
