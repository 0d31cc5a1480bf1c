using System.Runtime.CompilerServices;

namespace Accelio.Transports.Wire;

/// <summary>
/// One entry of the tables behind the transport header (wire protocol, section 7): address 8, length 4, key 4. The addresses are real only
/// on RDMA; on TCP they are opaque, and whether one is zero says whether bulk may be placed there.
/// </summary>
internal static unsafe class Sge
{
    /// <summary>Bytes of an entry.</summary>
    public const int Size = 16;

    /// <summary>Offset of the length.</summary>
    public const int LengthOffset = 8;

    /// <summary>Reads the <see cref="Size"/> bytes at <paramref name="p"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static RoomEntry Read(byte* p)
    {
        var rest = BigEndian.ReadUInt64(p + LengthOffset);
        return new RoomEntry(BigEndian.ReadUInt64(p), (uint)(rest >> 32), (uint)rest);
    }

    /// <summary>Reads <paramref name="count"/> entries at <paramref name="p"/>; the destination must have room for them.</summary>
    public static void Read(byte* p, int count, Span<RoomEntry> destination)
    {
        for (var i = 0; i < count; i++)
        {
            destination[i] = Read(p + (i * Size));
        }
    }

    /// <summary>Writes the <see cref="Size"/> bytes at <paramref name="p"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Write(byte* p, in RoomEntry entry)
    {
        BigEndian.WriteUInt64(p, entry.Address);
        BigEndian.WriteUInt64(p + LengthOffset, (ulong)entry.Length << 32 | entry.Key);
    }

    /// <summary>The sum of the lengths of <paramref name="count"/> entries (at most 65535, so it cannot overflow).</summary>
    public static ulong TotalLength(byte* p, int count)
    {
        var total = 0UL;
        for (var i = 0; i < count; i++)
        {
            total += BigEndian.ReadUInt32(p + (i * Size) + LengthOffset);
        }

        return total;
    }
}
