namespace Accelio.Transports.Wire;

/// <summary>
/// What the headers of an RDMA frame say that concerns the transport alone (RDMA, sections 5 and 6); the rest is in <see
/// cref="FrameHeader"/>. Lengths in bytes.
/// </summary>
internal struct RdmaFrameFields
{
    /// <summary>
    /// The length in the TLV. C peers leave out what they gather from registered memory: it is bounded by the slot and otherwise ignored.
    /// </summary>
    public ulong TlvLength;

    /// <summary>"ulp_imm_len": inline bytes (SEND), the total of the write lengths (WRITE), 0 (READ).</summary>
    public ulong InlineLength;

    /// <summary>
    /// Bytes of the headers and tables, so the offset of the user header; set by decoding and by <see cref="RdmaFrame.Measure"/>.
    /// </summary>
    public int UserHeaderOffset;

    /// <summary>"sn" of the transport header; patched in when the frame is posted (<see cref="RdmaFrame.Stamp"/>).</summary>
    public ushort TransportSerial;

    /// <summary>"ack_sn": the last serial received in order; receivers ignore it.</summary>
    public ushort AckTransportSerial;

    /// <summary>Receive slots posted since the last header was sent.</summary>
    public ushort Credits;

    /// <summary>Requests: number of response buffers offered (16 bytes each). Responses: 0.</summary>
    public ushort InCount;

    /// <summary>
    /// Number of body parts (READ, requests: 16 bytes each) or write lengths (WRITE: 4 bytes each); 0 in a response sent inline.
    /// </summary>
    public ushort OutCount;

    /// <summary>Length of the user header, or of the payload of a control frame.</summary>
    public ushort UserHeaderLength;

    /// <summary>Bytes between user header and inline body.</summary>
    public ushort PadLength;

    /// <summary>Requests: how the requester wants its answer. Meaningless in control frames, stale in cancels.</summary>
    public BodyOperation InOperation;

    /// <summary>How the body of this frame travels.</summary>
    public BodyOperation OutOperation;

    /// <summary>Requests: flag 0x02 of the transport header, which C responders do not honour.</summary>
    public bool PeerWriteResponse;

    /// <summary>Offset of an inline body from the start of the frame.</summary>
    public readonly int BodyOffset => UserHeaderOffset + UserHeaderLength + PadLength;
}
