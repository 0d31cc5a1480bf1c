namespace Accelio.Transports.Wire;

/// <summary>
/// The set-up message of an RDMA link (RDMA, section 4): what all transports share, and the depths of its queues. Host order.
/// </summary>
internal struct RdmaSetup
{
    /// <summary>The part that is the same on every transport.</summary>
    public LinkSetup Link;

    /// <summary>Responses: receive slots that the server has posted for this link; 0 in requests.</summary>
    public ushort Credits;

    /// <summary>"sq_depth": the send window asked for; after the response the one in force.</summary>
    public ushort SendDepth;

    /// <summary>"rq_depth": slots kept posted, less 32; after the response the number in force.</summary>
    public ushort ReceiveDepth;

    /// <summary>Number of pairs of old and new keys behind the fixed fields, 8 bytes each; 0 unless reconnecting.</summary>
    public ushort KeyPairs;
}
