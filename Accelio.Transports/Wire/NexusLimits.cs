using System.Buffers.Binary;

namespace Accelio.Transports.Wire;

/// <summary>
/// The 20 bytes of limits that the set-up of a link has on every transport: buffer size 8, in parts 4, out parts 4, header length 4.
/// </summary>
internal static class NexusLimits
{
    /// <summary>Bytes of the limits.</summary>
    public const int Size = 20;

    private const int BufferSizeOffset = 0;
    private const int MaxInPartsOffset = 8;
    private const int MaxOutPartsOffset = 12;
    private const int MaxHeaderLengthOffset = 16;

    /// <summary>Reads the limits into their fields.</summary>
    public static void Read(ReadOnlySpan<byte> bytes, ref LinkSetup setup)
    {
        setup.BufferSize = BinaryPrimitives.ReadUInt64BigEndian(bytes[BufferSizeOffset..]);
        setup.MaxInParts = BinaryPrimitives.ReadUInt32BigEndian(bytes[MaxInPartsOffset..]);
        setup.MaxOutParts = BinaryPrimitives.ReadUInt32BigEndian(bytes[MaxOutPartsOffset..]);
        setup.MaxHeaderLength = BinaryPrimitives.ReadUInt32BigEndian(bytes[MaxHeaderLengthOffset..]);
    }

    /// <summary>Writes the limits.</summary>
    public static void Write(Span<byte> bytes, in LinkSetup setup)
    {
        BinaryPrimitives.WriteUInt64BigEndian(bytes[BufferSizeOffset..], setup.BufferSize);
        BinaryPrimitives.WriteUInt32BigEndian(bytes[MaxInPartsOffset..], setup.MaxInParts);
        BinaryPrimitives.WriteUInt32BigEndian(bytes[MaxOutPartsOffset..], setup.MaxOutParts);
        BinaryPrimitives.WriteUInt32BigEndian(bytes[MaxHeaderLengthOffset..], setup.MaxHeaderLength);
    }
}
