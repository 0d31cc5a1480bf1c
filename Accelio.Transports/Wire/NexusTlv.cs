using System.Buffers.Binary;

namespace Accelio.Transports.Wire;

/// <summary>The TLV in front of the two set-up messages of a link, the same on every transport.</summary>
internal static unsafe class NexusTlv
{
    /// <summary>Longest set-up frame, TLV included, in bytes.</summary>
    public const int MaxFrame = 4096;

    /// <summary>Checks the TLV of what must be a set-up frame.</summary>
    /// <param name="frame">The bytes received so far, at least <see cref="Tlv.Size"/>.</param>
    /// <param name="isResponse">Which of the two frames is due: clients await the response.</param>
    /// <param name="length">Length of the whole frame, TLV included.</param>
    /// <param name="detail">The field that is wrong, null on success.</param>
    public static LinkError Read(ReadOnlySpan<byte> frame, bool isResponse, out int length, out string? detail)
    {
        length = 0;
        if (frame.Length < Tlv.Size)
        {
            detail = "tlv: cut off";
            return LinkError.BadFrameLength;
        }

        if (BinaryPrimitives.ReadUInt32BigEndian(frame) != Tlv.Magic)
        {
            detail = "tlv magic";
            return LinkError.BadMagic;
        }

        if (BinaryPrimitives.ReadUInt32BigEndian(frame[Tlv.TypeOffset..]) != (uint)TypeOf(isResponse))
        {
            detail = "tlv type: not the link set-up that is due";
            return LinkError.UnexpectedFrame;
        }

        var valueLength = BinaryPrimitives.ReadUInt64BigEndian(frame[Tlv.LengthOffset..]);
        if (valueLength > MaxFrame - Tlv.Size)
        {
            detail = "tlv length: above the limit of a link set-up";
            return LinkError.BadFrameLength;
        }

        detail = null;
        length = Tlv.Size + (int)valueLength;
        return LinkError.None;
    }

    /// <summary>Writes the TLV of a set-up frame of this length and returns the value behind it.</summary>
    public static Span<byte> Write(Span<byte> destination, bool isResponse, int length)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, MaxFrame);
        fixed (byte* p = destination[..length])
        {
            Tlv.Write(p, TypeOf(isResponse), (ulong)(length - Tlv.Size));
        }

        return destination[Tlv.Size..length];
    }

    private static FrameType TypeOf(bool isResponse) => isResponse ? FrameType.NexusResponse : FrameType.NexusRequest;
}
