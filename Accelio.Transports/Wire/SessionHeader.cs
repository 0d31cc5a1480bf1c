using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Accelio.Transports.Wire;

/// <summary>
/// The 40 bytes behind the TLV of every frame except the set-up of a link (wire protocol, section 6). C peers leave stale bytes in the pad,
/// and in the serial number of control frames: never interpret them.
/// </summary>
internal static unsafe class SessionHeader
{
    /// <summary>Bytes of a session header.</summary>
    public const int Size = 40;

    /// <summary>Offset of the receiver's session id, 4 bytes, followed by the flags, 4 bytes.</summary>
    public const int DestinationOffset = 0;

    /// <summary>Offset of the message flags, 4 bytes (<see cref="MessageFlags"/>).</summary>
    public const int FlagsOffset = 4;

    /// <summary>Offset of the message number, 8 bytes.</summary>
    public const int SerialOffset = 8;

    /// <summary>Offset of the sequence number, 2 bytes.</summary>
    public const int SequenceNumberOffset = 16;

    /// <summary>Offset of the last sequence number received in the same class, 2 bytes.</summary>
    public const int AckSequenceNumberOffset = 18;

    /// <summary>Offset of the messages granted, 2 bytes.</summary>
    public const int CreditMessagesOffset = 20;

    /// <summary>Offset of 6 bytes that mean nothing.</summary>
    public const int PadOffset = 22;

    /// <summary>Offset of the receipt result, 4 bytes.</summary>
    public const int ReceiptResultOffset = 28;

    /// <summary>Offset of the bytes granted, 8 bytes.</summary>
    public const int CreditBytesOffset = 32;

    /// <summary>Reads the <see cref="Size"/> bytes at <paramref name="p"/> into the fields of the header that come from here.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Read(byte* p, ref FrameHeader header)
    {
        if (Vector128.IsHardwareAccelerated && BitConverter.IsLittleEndian)
        {
            // Two shuffles for six fields, each of which is turned round; the pad of the wire gives way to that of the structure, as zeros.
            ref var fields = ref Unsafe.As<FrameHeader, byte>(ref header);
            var address = Vector128.Shuffle(Vector128.Load(p), Vector128.Create((byte)3, 2, 1, 0, 7, 6, 5, 4, 15, 14, 13, 12, 11, 10, 9, 8));
            var sequence = Vector128.Shuffle(
                Vector128.Load(p + SequenceNumberOffset), Vector128.Create((byte)1, 0, 3, 2, 5, 4, 255, 255, 15, 14, 13, 12, 255, 255, 255, 255));
            address.StoreUnsafe(ref fields);
            sequence.StoreUnsafe(ref fields, (nuint)Vector128<byte>.Count);
        }
        else
        {
            ReadOneByOne(p, ref header);
        }

        header.CreditBytes = BigEndian.ReadUInt64(p + CreditBytesOffset);
    }

    /// <summary>The same but for the bytes granted, where there are no vectors.</summary>
    internal static void ReadOneByOne(byte* p, ref FrameHeader header)
    {
        var address = BigEndian.ReadUInt64(p + DestinationOffset);
        header.Destination = (uint)(address >> 32);
        header.Flags = (uint)address;
        header.Serial = BigEndian.ReadUInt64(p + SerialOffset);
        var sequence = BigEndian.ReadUInt64(p + SequenceNumberOffset);
        header.SequenceNumber = (ushort)(sequence >> 48);
        header.AckSequenceNumber = (ushort)(sequence >> 32);
        header.CreditMessages = (ushort)(sequence >> 16);
        header.ReceiptResult = BigEndian.ReadUInt32(p + ReceiptResultOffset);
    }

    /// <summary>Writes all <see cref="Size"/> bytes at <paramref name="p"/>, the pad and the receipt as zeros.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Write(byte* p, in SessionWords words)
    {
        BigEndian.WriteUInt64(p + DestinationOffset, words.Address);
        BigEndian.WriteUInt64(p + SerialOffset, words.Serial);
        BigEndian.WriteUInt64(p + SequenceNumberOffset, words.Sequence);
        BigEndian.WriteUInt64(p + ReceiptResultOffset - 4, 0);
        BigEndian.WriteUInt64(p + CreditBytesOffset, words.CreditBytes);
    }

    /// <summary>Writes all <see cref="Size"/> bytes at <paramref name="p"/>, the pad as zeros.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Write(byte* p, in FrameHeader header)
    {
        BigEndian.WriteUInt64(p + DestinationOffset, (ulong)header.Destination << 32 | header.Flags);
        BigEndian.WriteUInt64(p + SerialOffset, header.Serial);
        BigEndian.WriteUInt64(
            p + SequenceNumberOffset,
            (ulong)header.SequenceNumber << 48 | (ulong)header.AckSequenceNumber << 32 | (ulong)header.CreditMessages << 16);
        BigEndian.WriteUInt64(p + ReceiptResultOffset - 4, header.ReceiptResult);
        BigEndian.WriteUInt64(p + CreditBytesOffset, header.CreditBytes);
    }
}
