namespace Accelio.Transports.Wire;

/// <summary>
/// What each side of a session announces as room in its queues (wire protocol, section 10.1); the start of flow control (section 13).
/// </summary>
/// <param name="SendBytes">Send queue, bytes.</param>
/// <param name="ReceiveBytes">Receive queue, bytes: the peer's first credits.</param>
/// <param name="SendMessages">Send queue, messages.</param>
/// <param name="ReceiveMessages">Receive queue, messages: the peer's first credits.</param>
internal readonly record struct QueueDepths(ulong SendBytes, ulong ReceiveBytes, ushort SendMessages, ushort ReceiveMessages)
{
    /// <summary>Bytes of the four fields.</summary>
    public const int Size = 20;

    /// <summary>Reads the four fields.</summary>
    public static QueueDepths Read(ref SpanReader reader) =>
        new(reader.ReadUInt64(), reader.ReadUInt64(), reader.ReadUInt16(), reader.ReadUInt16());

    /// <summary>Writes the four fields.</summary>
    public void Write(ref SpanWriter writer)
    {
        writer.WriteUInt64(SendBytes);
        writer.WriteUInt64(ReceiveBytes);
        writer.WriteUInt16(SendMessages);
        writer.WriteUInt16(ReceiveMessages);
    }
}
