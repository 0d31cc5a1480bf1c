using System.Text;
using Accelio.Transports.Wire;

namespace Accelio.Reactive;

/// <summary>A connection that another server has taken over.</summary>
/// <param name="Token">What its client has to show there.</param>
/// <param name="Target">The URI at which the connection is; empty for the one under which the server was asked.</param>
internal readonly record struct TakenConnection(ResumeToken Token, string Target)
{
    /// <summary>The connections of a session as they travel.</summary>
    public static byte[] ToBytes(IReadOnlyList<TakenConnection> connections)
    {
        var bytes = new byte[connections.Sum(static connection => ResumeToken.Size + sizeof(ushort) + Encoding.UTF8.GetByteCount(connection.Target))];
        var writer = new SpanWriter(bytes);
        foreach (var (token, target) in connections)
        {
            var uri = Encoding.UTF8.GetBytes(target);
            token.Write(ref writer);
            writer.WriteUInt16((ushort)uri.Length);
            writer.WriteBytes(uri);
        }

        return bytes;
    }

    /// <summary>Reads so many connections; null if the bytes are anything else.</summary>
    public static TakenConnection[]? TryParse(ReadOnlySpan<byte> bytes, int count)
    {
        var reader = new SpanReader(bytes);
        var connections = new TakenConnection[count];
        foreach (ref var connection in connections.AsSpan())
        {
            var token = ResumeToken.Read(reader.ReadBytes(ResumeToken.Size), out _);
            var uri = reader.ReadBytes(reader.ReadUInt16());
            if (reader.Failed || uri.Length > MoveGoPayload.MaxTarget)
            {
                return null;
            }

            connection = new TakenConnection(token, Encoding.UTF8.GetString(uri));
        }

        return reader.Remaining == 0 ? connections : null;
    }
}
