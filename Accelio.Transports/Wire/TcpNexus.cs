namespace Accelio.Transports.Wire;

/// <summary>
/// The set-up frames of a TCP link (wire protocol, section 5) by their direction; the layouts are in <see cref="TcpNexusRequest"/> and <see
/// cref="TcpNexusResponse"/>.
/// </summary>
internal static class TcpNexus
{
    /// <summary>Longest set-up frame, TLV included, in bytes.</summary>
    public const int MaxFrame = NexusTlv.MaxFrame;

    /// <summary>The bytes that <see cref="Write"/> needs for a trailer of this length.</summary>
    public static int FrameLength(bool isResponse, int trailerLength) => Tlv.Size + FixedSize(isResponse) + trailerLength;

    /// <summary>Writes a whole frame: TLV, fixed fields, trailer (the extension block; empty towards C peers unless offered).</summary>
    /// <returns>Bytes written, <see cref="FrameLength"/>.</returns>
    public static int Write(Span<byte> destination, in LinkSetup setup, ReadOnlySpan<byte> trailer)
    {
        var total = FrameLength(setup.IsResponse, trailer.Length);
        var value = NexusTlv.Write(destination, setup.IsResponse, total);
        if (setup.IsResponse)
        {
            TcpNexusResponse.Write(value, setup);
        }
        else
        {
            TcpNexusRequest.Write(value, setup);
        }

        trailer.CopyTo(value[^trailer.Length..]);
        return total;
    }

    /// <summary>Checks the TLV of what must be a set-up frame, see <see cref="NexusTlv.Read"/>.</summary>
    public static LinkError ReadTlv(ReadOnlySpan<byte> frame, bool isResponse, out int length, out string? detail) =>
        NexusTlv.Read(frame, isResponse, out length, out detail);

    /// <summary>Reads the value of a set-up frame, without its TLV.</summary>
    /// <param name="value">What the TLV counts, all of it.</param>
    /// <param name="isResponse">Which of the two layouts.</param>
    /// <param name="setup">The fixed fields.</param>
    /// <param name="trailer">What is behind the fixed fields; a part of <paramref name="value"/>.</param>
    /// <param name="detail">The field that is wrong, null on success.</param>
    public static LinkError Read(
        ReadOnlySpan<byte> value, bool isResponse, out LinkSetup setup, out ReadOnlySpan<byte> trailer, out string? detail)
    {
        setup = default;
        trailer = default;
        if (value.Length < FixedSize(isResponse))
        {
            detail = "tlv length: shorter than the link set-up";
            return LinkError.MalformedSetup;
        }

        setup = isResponse ? TcpNexusResponse.Read(value) : TcpNexusRequest.Read(value);
        trailer = value[FixedSize(isResponse)..];
        return NexusRules.Check(setup, out detail);
    }

    private static int FixedSize(bool isResponse) => isResponse ? TcpNexusResponse.Size : TcpNexusRequest.Size;
}
