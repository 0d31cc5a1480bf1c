using System.Buffers.Binary;

namespace Accelio.Samples.Chaos;

/// <summary>The header of a request: whose it is, and which.</summary>
/// <param name="Client">The client.</param>
/// <param name="Serial">The request of that client.</param>
internal readonly record struct RequestHead(int Client, long Serial)
{
    /// <summary>The number of the request's contents.</summary>
    public long Number => ((long)Client << 40) | Serial;

    /// <summary>Writes it.</summary>
    public byte[] ToBytes()
    {
        var bytes = new byte[sizeof(int) + sizeof(long)];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, Client);
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(sizeof(int)), Serial);
        return bytes;
    }

    /// <summary>Reads it.</summary>
    public static RequestHead Read(ReadOnlySpan<byte> bytes) => new(BinaryPrimitives.ReadInt32LittleEndian(bytes), BinaryPrimitives.ReadInt64LittleEndian(bytes[sizeof(int)..]));
}
