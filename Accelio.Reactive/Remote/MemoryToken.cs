using System.Buffers.Binary;

namespace Accelio.Reactive;

/// <summary>
/// Names memory that the other end of a connection shares: made by <see cref="AccelioConnection.Share"/>, carried to the peer in a message as its bytes, used there on the same connection. Whoever holds it may
/// use the memory; its number cannot be guessed.
/// </summary>
public readonly record struct MemoryToken
{
    /// <summary>Bytes of a token.</summary>
    public const int Size = 32;

    private const byte Version = 1;
    private const int AccessOffset = 1;
    private const int GenerationOffset = 4;
    private const int RegionOffset = 8;
    private const int LengthOffset = 24;

    internal MemoryToken(UInt128 region, uint generation, long length, RemoteAccess access)
    {
        Region = region;
        Generation = generation;
        Length = length;
        Access = access;
    }

    /// <summary>Length of the memory in bytes.</summary>
    public long Length { get; }

    /// <summary>What may be done with it.</summary>
    public RemoteAccess Access { get; }

    /// <summary>Which of the memories its connection has shared this is, counted from 1.</summary>
    public uint Generation { get; }

    internal UInt128 Region { get; }

    /// <summary>Reads a token from a message.</summary>
    /// <param name="bytes">What <see cref="ToArray"/> or <see cref="Write"/> made; more may follow.</param>
    /// <exception cref="FormatException">These are not the bytes of a token.</exception>
    public static MemoryToken Read(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < Size)
        {
            throw new FormatException($"A memory token has {Size} bytes, these are {bytes.Length}.");
        }

        if (bytes[0] != Version)
        {
            throw new FormatException($"A memory token begins with version {Version}, these bytes with {bytes[0]}.");
        }

        var length = BinaryPrimitives.ReadInt64BigEndian(bytes[LengthOffset..]);
        var access = (RemoteAccess)bytes[AccessOffset];
        if (length < 1 || access is < RemoteAccess.Read or > RemoteAccess.ReadWrite)
        {
            throw new FormatException($"These bytes are not a memory token: length {length}, access {access}.");
        }

        return new MemoryToken(
            BinaryPrimitives.ReadUInt128BigEndian(bytes[RegionOffset..]), BinaryPrimitives.ReadUInt32BigEndian(bytes[GenerationOffset..]), length, access);
    }

    /// <summary>Writes the token's <see cref="Size"/> bytes.</summary>
    /// <exception cref="ArgumentException"><paramref name="destination"/> is shorter.</exception>
    public void Write(Span<byte> destination)
    {
        if (destination.Length < Size)
        {
            throw new ArgumentException($"A memory token needs {Size} bytes, there is room for {destination.Length}.", nameof(destination));
        }

        destination[..Size].Clear();
        destination[0] = Version;
        destination[AccessOffset] = (byte)Access;
        BinaryPrimitives.WriteUInt32BigEndian(destination[GenerationOffset..], Generation);
        BinaryPrimitives.WriteUInt128BigEndian(destination[RegionOffset..], Region);
        BinaryPrimitives.WriteInt64BigEndian(destination[LengthOffset..], Length);
    }

    /// <summary>The token's bytes, for a message.</summary>
    public byte[] ToArray()
    {
        var bytes = new byte[Size];
        Write(bytes);
        return bytes;
    }
}
