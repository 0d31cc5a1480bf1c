namespace Accelio.Transports.Wire;

/// <summary>
/// What the first 96 bytes of a TCP frame say that concerns the transport alone (wire protocol, sections 4, 7 and 8); the rest is in
/// <see cref="FrameHeader"/>. Lengths in bytes.
/// </summary>
internal struct TcpFrameFields
{
    /// <summary>Bytes behind the TLV that belong to it; decoded and checked, for encoding set by <see cref="TcpFrame.Measure"/>.</summary>
    public ulong TlvLength;

    /// <summary>"ulp_imm_len": inline bytes (SEND), the total of the write lengths (WRITE), 0 (READ).</summary>
    public ulong InlineLength;

    /// <summary>
    /// Bytes of the tables between the headers and the user header; set by decoding and by <see cref="TcpFrame.Measure"/>.
    /// </summary>
    public int TableLength;

    /// <summary>"sn" of the transport header: counts every frame of one direction except the set-up.</summary>
    public ushort TransportSerial;

    /// <summary>Requests: number of response buffers offered (16 bytes each). Responses: 0.</summary>
    public ushort InCount;

    /// <summary>Requests: number of body parts (16 bytes each). Responses: number of write lengths (4 bytes each).</summary>
    public ushort OutCount;

    /// <summary>Length of the user header, or of the payload of a control frame.</summary>
    public ushort UserHeaderLength;

    /// <summary>Bytes between user header and body, 0 unless the peer aligns its bodies (section 9.4).</summary>
    public ushort PadLength;

    /// <summary>Requests: how the requester expects the body of the response. Meaningless in control frames.</summary>
    public BodyOperation InOperation;

    /// <summary>How the body of this frame travels.</summary>
    public BodyOperation OutOperation;

    /// <summary>Requests: flag 0x02 of the transport header. Has no effect between C peers on TCP.</summary>
    public bool PeerWriteResponse;

    /// <summary>Offset of the user header from the start of the frame, where it is part of the TLV.</summary>
    public readonly int UserHeaderOffset => TcpFrame.HeaderSize + TableLength;
}
