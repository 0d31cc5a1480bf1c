namespace Accelio.Transports.Wire;

/// <summary>
/// The value of a <see cref="MessageItemType.Remote"/>: the request is for memory that the receiver has shared, and not for its handlers. All fields in network byte order.
/// </summary>
internal readonly record struct RemoteItem(RemoteOperation Operation, UInt128 Region, uint Generation, ulong Offset, uint Length)
{
    /// <summary>Bytes of the value.</summary>
    public const int Size = sizeof(byte) + 16 + sizeof(uint) + sizeof(ulong) + sizeof(uint);

    /// <summary>Reads the value; <paramref name="field"/> says what is wrong, null on success.</summary>
    public static RemoteItem Read(ReadOnlySpan<byte> value, out string? field)
    {
        var reader = new SpanReader(value);
        var item = new RemoteItem(
            (RemoteOperation)reader.ReadByte(),
            new UInt128(reader.ReadUInt64(), reader.ReadUInt64()),
            reader.ReadUInt32(),
            reader.ReadUInt64(),
            reader.ReadUInt32());
        field = value.Length != Size ? "item remote: length"
            : item.Operation is not (RemoteOperation.Read or RemoteOperation.Write) ? "item remote: operation"
            : null;
        return item;
    }

    /// <summary>Writes the value.</summary>
    public void Write(ref SpanWriter writer)
    {
        writer.WriteByte((byte)Operation);
        writer.WriteUInt64((ulong)(Region >> 64));
        writer.WriteUInt64((ulong)Region);
        writer.WriteUInt32(Generation);
        writer.WriteUInt64(Offset);
        writer.WriteUInt32(Length);
    }
}
