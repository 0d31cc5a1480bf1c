using Accelio.Transports.Wire;

namespace Accelio.Reactive.Engine;

/// <summary>
/// What a connection is that is moved to another place while nothing of it is under way: where both sides stand, and what the client said about itself. Windows are not in it, for both sides say where
/// theirs stand when the connection goes on.
/// </summary>
internal readonly record struct ConnectionHandOver
{
    /// <summary>Bytes that <see cref="Write"/> writes.</summary>
    public const int Size = (2 * sizeof(uint)) + sizeof(byte) + (8 * sizeof(ulong)) + QueueDepths.Size + sizeof(ushort);

    private const byte OwnId = 1;
    private const byte HasMessages = 2;
    private const byte KnownFlags = OwnId | HasMessages;

    /// <summary>The id by which the client addresses the connection.</summary>
    public uint Id { get; init; }

    /// <summary>Whether that is the connection's alone and not that of its session.</summary>
    public bool HasOwnId { get; init; }

    /// <summary>How many links the connection has had.</summary>
    public uint Epoch { get; init; }

    /// <summary>The serial of the next message to the client.</summary>
    public ulong NextSerial { get; init; }

    /// <summary>The serial of the client's last message; null when there was none.</summary>
    public ulong? LastSerial { get; init; }

    /// <summary>Messages of the client that were delivered.</summary>
    public ulong ReceivedMessages { get; init; }

    /// <summary>Answers of the client that were.</summary>
    public ulong ReceivedAnswers { get; init; }

    /// <summary>Messages to the client that it has.</summary>
    public ulong SentMessages { get; init; }

    /// <summary>Answers to the client that it has.</summary>
    public ulong SentAnswers { get; init; }

    /// <summary>What the client announced as its queues.</summary>
    public QueueDepths Depths { get; init; }

    /// <summary>How long an answer to the client may be.</summary>
    public ulong ResponseRoom { get; init; }

    /// <summary>How long the client waits for answers, in nanoseconds, all ones for no limit.</summary>
    public ulong RequestTime { get; init; }

    /// <summary>After how many frames the client is told what has been delivered.</summary>
    public ushort AckEvery { get; init; }

    /// <summary>Reads one.</summary>
    /// <param name="reader">The bytes, of unknown honesty.</param>
    /// <param name="field">What is wrong, null on success.</param>
    public static ConnectionHandOver Read(ref SpanReader reader, out string? field)
    {
        var id = reader.ReadUInt32();
        var flags = reader.ReadByte();
        var epoch = reader.ReadUInt32();
        var next = reader.ReadUInt64();
        var last = reader.ReadUInt64();
        var state = new ConnectionHandOver
        {
            Id = id,
            HasOwnId = (flags & OwnId) != 0,
            Epoch = epoch,
            NextSerial = next,
            LastSerial = (flags & HasMessages) != 0 ? last : null,
            ReceivedMessages = reader.ReadUInt64(),
            ReceivedAnswers = reader.ReadUInt64(),
            SentMessages = reader.ReadUInt64(),
            SentAnswers = reader.ReadUInt64(),
            Depths = QueueDepths.Read(ref reader),
            ResponseRoom = reader.ReadUInt64(),
            RequestTime = reader.ReadUInt64(),
            AckEvery = reader.ReadUInt16(),
        };
        field = reader.Failed ? "connection: cut off"
            : id == 0 ? "connection: id"
            : flags > KnownFlags || (last != 0 && state.LastSerial is null) ? "connection: flags"
            : state.ReceivedMessages > long.MaxValue || (state.ReceivedMessages != 0) != (state.LastSerial is not null) || (state.ReceivedMessages != 0 && state.ReceivedMessages - 1 > last) ? "connection: messages of the client"
            : state.SentMessages > next ? "connection: messages to the client"
            : state.AckEvery == 0 ? "connection: acknowledgements"
            : null;
        return state;
    }

    /// <summary>Writes <see cref="Size"/> bytes.</summary>
    public void Write(ref SpanWriter writer)
    {
        writer.WriteUInt32(Id);
        writer.WriteByte((byte)((HasOwnId ? OwnId : 0) | (LastSerial is null ? 0 : HasMessages)));
        writer.WriteUInt32(Epoch);
        writer.WriteUInt64(NextSerial);
        writer.WriteUInt64(LastSerial.GetValueOrDefault());
        writer.WriteUInt64(ReceivedMessages);
        writer.WriteUInt64(ReceivedAnswers);
        writer.WriteUInt64(SentMessages);
        writer.WriteUInt64(SentAnswers);
        Depths.Write(ref writer);
        writer.WriteUInt64(ResponseRoom);
        writer.WriteUInt64(RequestTime);
        writer.WriteUInt16(AckEvery);
    }
}
