namespace Accelio.Transports.Wire;

/// <summary>
/// The set-up frames of an RDMA link (RDMA, section 4) by their direction; the layouts are in <see cref="RdmaNexusRequest"/> and <see
/// cref="RdmaNexusResponse"/>.
/// </summary>
internal static class RdmaNexus
{
    /// <summary>Longest set-up frame, TLV included, in bytes: the one slot that each side posts for it.</summary>
    public const int MaxFrame = NexusTlv.MaxFrame;

    /// <summary>The bytes that <see cref="Write"/> needs for a trailer of this length.</summary>
    public static int FrameLength(bool isResponse, int trailerLength) => Tlv.Size + FixedSize(isResponse) + trailerLength;

    /// <summary>
    /// Writes a whole frame: TLV, fixed fields, trailer. Key pairs are never sent: <see cref="RdmaSetup.KeyPairs"/> must be 0.
    /// </summary>
    /// <returns>Bytes written, <see cref="FrameLength"/>.</returns>
    public static int Write(Span<byte> destination, in RdmaSetup setup, ReadOnlySpan<byte> trailer)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(setup.KeyPairs, (ushort)0, nameof(setup));
        var isResponse = setup.Link.IsResponse;
        var total = FrameLength(isResponse, trailer.Length);
        var value = NexusTlv.Write(destination, isResponse, total);
        if (isResponse)
        {
            RdmaNexusResponse.Write(value, setup);
        }
        else
        {
            RdmaNexusRequest.Write(value, setup);
        }

        trailer.CopyTo(value[^trailer.Length..]);
        return total;
    }

    /// <summary>Reads a whole set-up frame.</summary>
    /// <param name="frame">The bytes of the completion.</param>
    /// <param name="isResponse">Which of the two frames is due: clients await the response.</param>
    /// <param name="setup">The fixed fields.</param>
    /// <param name="trailer">What is behind the key pairs; a part of <paramref name="frame"/>.</param>
    /// <param name="detail">The field that is wrong, null on success.</param>
    public static LinkError Read(
        ReadOnlySpan<byte> frame, bool isResponse, out RdmaSetup setup, out ReadOnlySpan<byte> trailer, out string? detail)
    {
        setup = default;
        trailer = default;
        var error = NexusTlv.Read(frame, isResponse, out var length, out detail);
        if (error != LinkError.None)
        {
            return error;
        }

        if (length > frame.Length)
        {
            detail = "tlv length: longer than the frame";
            return LinkError.BadFrameLength;
        }

        var value = frame[Tlv.Size..length];
        if (value.Length < FixedSize(isResponse))
        {
            detail = "tlv length: shorter than the link set-up";
            return LinkError.MalformedSetup;
        }

        setup = isResponse ? RdmaNexusResponse.Read(value) : RdmaNexusRequest.Read(value);
        var behind = value[FixedSize(isResponse)..];
        var keys = setup.KeyPairs * RdmaSetupPart.KeyPairSize;
        if (keys > behind.Length)
        {
            detail = "rkey_tbl_size: more pairs than the frame holds";
            return LinkError.MalformedSetup;
        }

        trailer = behind[keys..];
        return Check(setup, out detail);
    }

    private static LinkError Check(in RdmaSetup setup, out string? detail)
    {
        var error = NexusRules.Check(setup.Link, out detail);
        if (error == LinkError.None && setup.Link is { IsResponse: true, Status: 0 })
        {
            // A link without a slot to send into, or without a window, can never say anything.
            detail = setup.Credits == 0 ? "credits: 0"
                : setup.SendDepth == 0 ? "sq_depth: 0"
                : setup.ReceiveDepth == 0 ? "rq_depth: 0"
                : null;
            return detail is null ? LinkError.None : LinkError.MalformedSetup;
        }

        return error;
    }

    private static int FixedSize(bool isResponse) => isResponse ? RdmaNexusResponse.Size : RdmaNexusRequest.Size;
}
