using System.Buffers.Binary;

namespace Accelio.Transports.Wire;

/// <summary>
/// Writes big-endian fields one after the other; a field that does not fit is left out with all that follow, and <see cref="Failed"/> stays
/// set.
/// </summary>
internal ref struct SpanWriter
{
    private readonly Span<byte> _destination;

    /// <summary>Writes from the start of <paramref name="destination"/>.</summary>
    public SpanWriter(Span<byte> destination) => _destination = destination;

    /// <summary>Whether something did not fit.</summary>
    public bool Failed { get; private set; }

    /// <summary>Bytes written.</summary>
    public int Written { get; private set; }

    /// <summary>Writes 1 byte.</summary>
    public void WriteByte(byte value)
    {
        if (TryTake(sizeof(byte), out var bytes))
        {
            bytes[0] = value;
        }
    }

    /// <summary>Writes 2 bytes.</summary>
    public void WriteUInt16(ushort value)
    {
        if (TryTake(sizeof(ushort), out var bytes))
        {
            BinaryPrimitives.WriteUInt16BigEndian(bytes, value);
        }
    }

    /// <summary>Writes 4 bytes.</summary>
    public void WriteUInt32(uint value)
    {
        if (TryTake(sizeof(uint), out var bytes))
        {
            BinaryPrimitives.WriteUInt32BigEndian(bytes, value);
        }
    }

    /// <summary>Writes 8 bytes.</summary>
    public void WriteUInt64(ulong value)
    {
        if (TryTake(sizeof(ulong), out var bytes))
        {
            BinaryPrimitives.WriteUInt64BigEndian(bytes, value);
        }
    }

    /// <summary>Copies the bytes.</summary>
    public void WriteBytes(ReadOnlySpan<byte> value)
    {
        if (TryTake(value.Length, out var bytes))
        {
            value.CopyTo(bytes);
        }
    }

    /// <summary>Writes a 2-byte length and the bytes; fails where the length does not fit 16 bits.</summary>
    public void WriteString(ReadOnlySpan<byte> value)
    {
        Failed |= value.Length > ushort.MaxValue;
        WriteUInt16((ushort)value.Length);
        WriteBytes(value);
    }

    private bool TryTake(int count, out Span<byte> bytes)
    {
        if (Failed || count > _destination.Length - Written)
        {
            Failed = true;
            bytes = default;
            return false;
        }

        bytes = _destination.Slice(Written, count);
        Written += count;
        return true;
    }
}
