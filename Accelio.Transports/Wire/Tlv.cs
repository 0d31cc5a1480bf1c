using System.Runtime.CompilerServices;

namespace Accelio.Transports.Wire;

/// <summary>
/// The 16 bytes in front of every frame (wire protocol, section 4): magic 4, type 4, length of what follows within the TLV 8.
/// </summary>
internal static unsafe class Tlv
{
    /// <summary>Bytes of a TLV.</summary>
    public const int Size = 16;

    /// <summary>"XIOP", the first four bytes.</summary>
    public const uint Magic = 0x58494F50;

    /// <summary>Offset of the type.</summary>
    public const int TypeOffset = 4;

    /// <summary>Offset of the length.</summary>
    public const int LengthOffset = 8;

    /// <summary>Reads the <see cref="Size"/> bytes at <paramref name="p"/>; false when the magic is wrong.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool TryRead(byte* p, out FrameType type, out ulong length)
    {
        var word = BigEndian.ReadUInt64(p);
        type = (FrameType)(uint)word;
        length = BigEndian.ReadUInt64(p + LengthOffset);
        return word >> 32 == Magic;
    }

    /// <summary>Writes the <see cref="Size"/> bytes at <paramref name="p"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Write(byte* p, FrameType type, ulong length)
    {
        BigEndian.WriteUInt64(p, (ulong)Magic << 32 | (uint)type);
        BigEndian.WriteUInt64(p + LengthOffset, length);
    }
}
