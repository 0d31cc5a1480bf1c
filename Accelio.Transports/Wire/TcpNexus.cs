using System.Buffers.Binary;

namespace Accelio.Transports.Wire;

/// <summary>The set-up frames of a TCP link (wire protocol, section 5) by their direction; the layouts are in <see cref="TcpNexusRequest"/> and <see cref="TcpNexusResponse"/>.</summary>
internal static unsafe class TcpNexus
{
    /// <summary>Longest set-up frame, TLV included, in bytes.</summary>
    public const int MaxFrame = Tlv.MaxSetupFrame;

    /// <summary>The bytes that <see cref="Write"/> needs for a trailer of this length.</summary>
    public static int FrameLength(bool isResponse, int trailerLength) =>
        Tlv.Size + (isResponse ? TcpNexusResponse.Size : TcpNexusRequest.Size) + trailerLength;

    /// <summary>Writes a whole frame: TLV, fixed fields, trailer (the extension block; empty towards C peers unless offered).</summary>
    /// <returns>Bytes written, <see cref="FrameLength"/>.</returns>
    public static int Write(Span<byte> destination, in LinkSetup setup, ReadOnlySpan<byte> trailer)
    {
        var total = FrameLength(setup.IsResponse, trailer.Length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(total, MaxFrame, nameof(trailer));
        fixed (byte* p = destination[..total])
        {
            Tlv.Write(p, setup.IsResponse ? FrameType.NexusResponse : FrameType.NexusRequest, (ulong)(total - Tlv.Size));
        }

        var value = destination[Tlv.Size..];
        if (setup.IsResponse)
        {
            TcpNexusResponse.Write(value, setup);
        }
        else
        {
            TcpNexusRequest.Write(value, setup);
        }

        trailer.CopyTo(destination[(total - trailer.Length)..]);
        return total;
    }

    /// <summary>Checks the TLV of what must be a set-up frame; at least <see cref="Tlv.Size"/> bytes.</summary>
    /// <param name="frame">The bytes received.</param>
    /// <param name="isResponse">Which of the two frames is due: clients await the response.</param>
    /// <param name="length">Length of the whole frame, TLV included.</param>
    /// <param name="detail">The field that is wrong.</param>
    public static LinkError ReadTlv(ReadOnlySpan<byte> frame, bool isResponse, out int length, out string? detail)
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

        var due = isResponse ? FrameType.NexusResponse : FrameType.NexusRequest;
        if (BinaryPrimitives.ReadUInt32BigEndian(frame[Tlv.TypeOffset..]) != (uint)due)
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

    /// <summary>Reads the value of a set-up frame, without its TLV.</summary>
    /// <param name="value">What the TLV counts, all of it.</param>
    /// <param name="isResponse">Which of the two layouts.</param>
    /// <param name="setup">The fixed fields.</param>
    /// <param name="trailer">What is behind the fixed fields; a part of <paramref name="value"/>.</param>
    /// <param name="detail">The field that is wrong.</param>
    public static LinkError Read(
        ReadOnlySpan<byte> value, bool isResponse, out LinkSetup setup, out ReadOnlySpan<byte> trailer, out string? detail)
    {
        setup = default;
        trailer = default;
        var size = isResponse ? TcpNexusResponse.Size : TcpNexusRequest.Size;
        if (value.Length < size)
        {
            detail = "tlv length: shorter than the link set-up";
            return LinkError.MalformedSetup;
        }

        setup = isResponse ? TcpNexusResponse.Read(value) : TcpNexusRequest.Read(value);
        trailer = value[size..];
        return NexusRules.Check(setup, out detail);
    }
}
