using System.Text;
using Accelio.Reactive.Engine;
using Accelio.Transports.Wire;

namespace Accelio.Reactive;

/// <summary>A session on its way from one server to another, as it travels (wire protocol, section 19.11): what its client knows it by, where each connection stands, and what the service keeps for it.</summary>
internal sealed class HandOverState
{
    /// <summary>The most connections that a session is moved with.</summary>
    public const int MaxConnections = 1024;

    private const byte Version = 1;
    private const int FixedSize = sizeof(byte) + sizeof(uint) + 16 + sizeof(uint) + QueueDepths.Size + sizeof(ulong) + (2 * sizeof(ushort)) + sizeof(uint);

    /// <summary>The id by which the client names the session.</summary>
    public required uint Id { get; init; }

    /// <summary>What the client shows.</summary>
    public required UInt128 Key { get; init; }

    /// <summary>The id by which the client is addressed where connections have none of their own.</summary>
    public required uint PeerId { get; init; }

    /// <summary>What the client announced as its queues.</summary>
    public required QueueDepths Depths { get; init; }

    /// <summary>How long an answer of the client may be.</summary>
    public required ulong AnswerRoom { get; init; }

    /// <summary>The URI that the client has asked for.</summary>
    public required string Uri { get; init; }

    /// <summary>The connections; one at least.</summary>
    public required ConnectionHandOver[] Connections { get; init; }

    /// <summary>What the service keeps for the session.</summary>
    public required ReadOnlyMemory<byte> State { get; init; }

    /// <summary>The bytes that travel.</summary>
    public byte[] ToBytes()
    {
        var uri = Encoding.UTF8.GetBytes(Uri);
        var bytes = new byte[FixedSize + uri.Length + (Connections.Length * ConnectionHandOver.Size) + State.Length];
        var writer = new SpanWriter(bytes);
        writer.WriteByte(Version);
        writer.WriteUInt32(Id);
        writer.WriteUInt64((ulong)(Key >> 64));
        writer.WriteUInt64((ulong)Key);
        writer.WriteUInt32(PeerId);
        Depths.Write(ref writer);
        writer.WriteUInt64(AnswerRoom);
        writer.WriteUInt16((ushort)uri.Length);
        writer.WriteBytes(uri);
        writer.WriteUInt16((ushort)Connections.Length);
        foreach (var connection in Connections)
        {
            connection.Write(ref writer);
        }

        writer.WriteUInt32((uint)State.Length);
        writer.WriteBytes(State.Span);
        return bytes;
    }

    /// <summary>Reads the bytes.</summary>
    /// <param name="bytes">What came; of unknown honesty.</param>
    /// <param name="field">What is wrong with it, null on success.</param>
    public static HandOverState? TryParse(ReadOnlySpan<byte> bytes, out string? field)
    {
        var reader = new SpanReader(bytes);
        field = reader.ReadByte() != Version ? "version" : null;
        var id = reader.ReadUInt32();
        var key = new UInt128(reader.ReadUInt64(), reader.ReadUInt64());
        var peerId = reader.ReadUInt32();
        var depths = QueueDepths.Read(ref reader);
        var room = reader.ReadUInt64();
        var uri = reader.ReadBytes(reader.ReadUInt16());
        int count = reader.ReadUInt16();
        field ??= reader.Failed ? "cut off" : id == 0 ? "id" : count is 0 or > MaxConnections ? "number of connections" : null;
        if (field is not null)
        {
            return null;
        }

        var connections = new ConnectionHandOver[Math.Min(count, reader.Remaining / ConnectionHandOver.Size)];
        for (var i = 0; i < connections.Length && field is null; i++)
        {
            connections[i] = ConnectionHandOver.Read(ref reader, out field);
        }

        var length = reader.ReadUInt32();
        field ??= connections.Length != count || reader.Failed || length != reader.Remaining ? "length"
            : connections.Select(static connection => connection.Id).Distinct().Count() != count || Array.Exists(connections, connection => connection.HasOwnId == (connection.Id == id)) ? "ids"
            : null;
        return field is not null ? null : new HandOverState
        {
            Id = id,
            Key = key,
            PeerId = peerId,
            Depths = depths,
            AnswerRoom = room,
            Uri = Encoding.UTF8.GetString(uri),
            Connections = connections,
            State = reader.ReadBytes(reader.Remaining).ToArray(),
        };
    }
}
