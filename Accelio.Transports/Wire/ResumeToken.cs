namespace Accelio.Transports.Wire;

/// <summary>
/// The value of a <see cref="MessageItemType.ResumeToken"/>: what a client needs to take a connection up again. The server gives it out when the connection is set up, and nobody else sees it.
/// </summary>
/// <param name="Instance">The server instance: random, another one each time a server is started.</param>
/// <param name="Proof">What nobody can guess: random for each connection.</param>
internal readonly record struct ResumeToken(UInt128 Instance, UInt128 Proof)
{
    /// <summary>Bytes of the value.</summary>
    public const int Size = 32;

    /// <summary>Reads the value; <paramref name="field"/> says what is wrong, null on success.</summary>
    public static ResumeToken Read(ReadOnlySpan<byte> value, out string? field)
    {
        var reader = new SpanReader(value);
        field = value.Length != Size ? "item resume-token: length" : null;
        return new ResumeToken(new UInt128(reader.ReadUInt64(), reader.ReadUInt64()), new UInt128(reader.ReadUInt64(), reader.ReadUInt64()));
    }

    /// <summary>Writes the value.</summary>
    public void Write(ref SpanWriter writer)
    {
        writer.WriteUInt64((ulong)(Instance >> 64));
        writer.WriteUInt64((ulong)Instance);
        writer.WriteUInt64((ulong)(Proof >> 64));
        writer.WriteUInt64((ulong)Proof);
    }
}
