using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace Accelio.Transports.Wire;

/// <summary>
/// Unaligned big-endian loads and stores: every integer of the wire (wire protocol, conventions). The pointer variants are for the hot pair
/// of a frame's headers, whose length the caller has checked once; everything else goes through spans.
/// </summary>
internal static unsafe class BigEndian
{
    /// <summary>Loads 16 bits.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ushort ReadUInt16(byte* p) => Host(Unsafe.ReadUnaligned<ushort>(p));

    /// <summary>Loads 32 bits.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint ReadUInt32(byte* p) => Host(Unsafe.ReadUnaligned<uint>(p));

    /// <summary>Loads 64 bits.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong ReadUInt64(byte* p) => Host(Unsafe.ReadUnaligned<ulong>(p));

    /// <summary>Stores 16 bits.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void WriteUInt16(byte* p, ushort value) => Unsafe.WriteUnaligned(p, Host(value));

    /// <summary>Stores 32 bits.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void WriteUInt32(byte* p, uint value) => Unsafe.WriteUnaligned(p, Host(value));

    /// <summary>Stores 64 bits.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void WriteUInt64(byte* p, ulong value) => Unsafe.WriteUnaligned(p, Host(value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ushort Host(ushort value) => BitConverter.IsLittleEndian ? BinaryPrimitives.ReverseEndianness(value) : value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint Host(uint value) => BitConverter.IsLittleEndian ? BinaryPrimitives.ReverseEndianness(value) : value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Host(ulong value) => BitConverter.IsLittleEndian ? BinaryPrimitives.ReverseEndianness(value) : value;
}
