namespace Accelio.Transports.Wire;

/// <summary>What an RDMA frame is checked against: the announced limits of this side. Fixed after the set-up.</summary>
/// <param name="maxIn">How many response buffers a request of the peer may offer: what this side announced as max_out_iovsz.</param>
/// <param name="maxOut">How many parts a body of the peer may have: what this side announced as max_in_iovsz.</param>
/// <param name="maxWriteLengths">How many buffers this side offers with a request at most.</param>
/// <param name="maxBodyLength">Longest body accepted, bytes.</param>
internal readonly struct RdmaFrameLimits(int maxIn, int maxOut, int maxWriteLengths, long maxBodyLength)
{
    /// <summary>The limits that these options announce.</summary>
    public static RdmaFrameLimits From(LinkOptions options) =>
        new(options.MaxOutParts, options.MaxInParts, options.MaxOutParts, options.MaxBodyLength);

    /// <summary>Most response buffers in a request.</summary>
    public uint MaxIn { get; } = (uint)maxIn;

    /// <summary>Most body parts.</summary>
    public uint MaxOut { get; } = (uint)maxOut;

    /// <summary>Most write lengths in a response.</summary>
    public uint MaxWriteLengths { get; } = (uint)maxWriteLengths;

    /// <summary>Longest body.</summary>
    public ulong MaxBodyLength { get; } = (ulong)maxBodyLength;
}
