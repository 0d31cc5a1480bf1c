namespace Accelio.Transports.Wire;

/// <summary>
/// The value of a <see cref="MessageItemType.Resume"/>: where its sender stands on a connection that goes on over another link. What was received is counted per class of frames, in which order is
/// kept, so that two numbers say all.
/// </summary>
/// <param name="Connection">The connection, by the id that the server has given it.</param>
/// <param name="Epoch">One more with every attempt; the answer repeats it.</param>
/// <param name="Messages">Requests and one-way messages that were delivered to the sender of the item.</param>
/// <param name="Answers">Responses and receipts that were.</param>
/// <param name="WindowMessages">Messages that may follow those that were delivered.</param>
/// <param name="WindowBytes">Bytes that may; negative when a message larger than the window is held.</param>
internal readonly record struct ResumeItem(uint Connection, uint Epoch, ulong Messages, ulong Answers, uint WindowMessages, long WindowBytes)
{
    /// <summary>Bytes of the value.</summary>
    public const int Size = (3 * sizeof(uint)) + (3 * sizeof(ulong));

    /// <summary>Reads the value; <paramref name="field"/> says what is wrong, null on success.</summary>
    public static ResumeItem Read(ReadOnlySpan<byte> value, out string? field)
    {
        var reader = new SpanReader(value);
        field = value.Length != Size ? "item resume: length" : null;
        return new ResumeItem(reader.ReadUInt32(), reader.ReadUInt32(), reader.ReadUInt64(), reader.ReadUInt64(), reader.ReadUInt32(), (long)reader.ReadUInt64());
    }

    /// <summary>Writes the value.</summary>
    public void Write(ref SpanWriter writer)
    {
        writer.WriteUInt32(Connection);
        writer.WriteUInt32(Epoch);
        writer.WriteUInt64(Messages);
        writer.WriteUInt64(Answers);
        writer.WriteUInt32(WindowMessages);
        writer.WriteUInt64((ulong)WindowBytes);
    }
}
