namespace Accelio.Transports.Wire;

/// <summary>What a frame is checked against: the announced limits of this side and the shape of the link. Fixed after the set-up.</summary>
internal readonly struct TcpFrameLimits
{
    /// <summary>Creates limits.</summary>
    /// <param name="dual">Whether control and data travel on two sockets.</param>
    /// <param name="bufferSize">The receive buffer announced, TLV included, bytes.</param>
    /// <param name="maxIn">How many response buffers a request of the peer may offer: what this side announced as max_out_iovsz.</param>
    /// <param name="maxOut">How many parts a body of the peer may have: what this side announced as max_in_iovsz.</param>
    /// <param name="maxWriteLengths">How many buffers this side offers with a request at most.</param>
    /// <param name="maxBodyLength">Longest body accepted, bytes.</param>
    public TcpFrameLimits(bool dual, int bufferSize, int maxIn, int maxOut, int maxWriteLengths, long maxBodyLength)
    {
        IsDual = dual;
        MaxTlvLength = (ulong)(bufferSize - Tlv.Size);
        MaxIn = (uint)maxIn;
        MaxOut = (uint)maxOut;
        MaxWriteLengths = (uint)maxWriteLengths;
        MaxBodyLength = (ulong)maxBodyLength;
    }

    /// <summary>The limits that these options announce.</summary>
    public static TcpFrameLimits From(LinkOptions options, bool dual) => new(
        dual,
        options.BufferSize,
        options.MaxOutParts,
        options.MaxInParts,
        options.MaxOutParts,
        options.MaxBodyLength);

    /// <summary>Whether control and data travel on two sockets.</summary>
    public bool IsDual { get; }

    /// <summary>Longest TLV value.</summary>
    public ulong MaxTlvLength { get; }

    /// <summary>Most response buffers in a request.</summary>
    public uint MaxIn { get; }

    /// <summary>Most body parts in a request.</summary>
    public uint MaxOut { get; }

    /// <summary>Most write lengths in a response.</summary>
    public uint MaxWriteLengths { get; }

    /// <summary>Longest body.</summary>
    public ulong MaxBodyLength { get; }
}
