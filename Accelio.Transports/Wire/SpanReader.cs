using System.Buffers.Binary;

namespace Accelio.Transports.Wire;

/// <summary>
/// Reads big-endian fields one after the other from bytes of unknown honesty: past the end every field is 0 or empty and <see
/// cref="Failed"/> stays set, so a parser looks once at the end.
/// </summary>
internal ref struct SpanReader
{
    private ReadOnlySpan<byte> _rest;

    /// <summary>Reads from the start of <paramref name="bytes"/>.</summary>
    public SpanReader(ReadOnlySpan<byte> bytes) => _rest = bytes;

    /// <summary>Whether a field was asked for that is not there.</summary>
    public bool Failed { get; private set; }

    /// <summary>Bytes not read yet.</summary>
    public readonly int Remaining => _rest.Length;

    /// <summary>The next byte.</summary>
    public byte ReadByte() => TryTake(sizeof(byte), out var bytes) ? bytes[0] : (byte)0;

    /// <summary>The next 2 bytes.</summary>
    public ushort ReadUInt16() => TryTake(sizeof(ushort), out var bytes) ? BinaryPrimitives.ReadUInt16BigEndian(bytes) : (ushort)0;

    /// <summary>The next 4 bytes.</summary>
    public uint ReadUInt32() => TryTake(sizeof(uint), out var bytes) ? BinaryPrimitives.ReadUInt32BigEndian(bytes) : 0;

    /// <summary>The next 8 bytes.</summary>
    public ulong ReadUInt64() => TryTake(sizeof(ulong), out var bytes) ? BinaryPrimitives.ReadUInt64BigEndian(bytes) : 0;

    /// <summary>The next <paramref name="count"/> bytes, not copied.</summary>
    public ReadOnlySpan<byte> ReadBytes(int count)
    {
        TryTake(count, out var bytes);
        return bytes;
    }

    private bool TryTake(int count, out ReadOnlySpan<byte> bytes)
    {
        if (Failed || count > _rest.Length)
        {
            Failed = true;
            bytes = default;
            return false;
        }

        bytes = _rest[..count];
        _rest = _rest[count..];
        return true;
    }
}
