namespace Accelio.Transports.Wire;

/// <summary>
/// Offsets of the 40 bytes behind the session header of request-class frames on RDMA (RDMA, section 5); read and written by <see
/// cref="RdmaFrame"/>.
/// </summary>
internal static class RdmaRequestHeader
{
    /// <summary>Bytes of the header, and the value of its length field.</summary>
    public const int Size = 40;

    /// <summary>The version sent; it is never checked.</summary>
    public const byte Version = 1;

    /// <summary>Flag: the requester wants the answer placed in its buffers even if it is small.</summary>
    public const byte PeerWriteResponseFlag = TcpRequestHeader.PeerWriteResponseFlag;

    /// <summary>Flag: no further message of this batch follows; never together with <see cref="PeerWriteResponseFlag"/>.</summary>
    public const byte LastInBatchFlag = TcpRequestHeader.LastInBatchFlag;

    /// <summary>Version 1, flags 1, header length 2, serial 2, acknowledged serial 2: one word, the same in a response.</summary>
    public const int HeadOffset = 0;

    /// <summary>Credits 2, task id 4, in operation 1, out operation 1.</summary>
    public const int TaskOffset = 8;

    /// <summary>Number of in entries 2, number of out entries 2, pad 4.</summary>
    public const int CountsOffset = 16;

    /// <summary>User header length 2, pad length 2, unused 4.</summary>
    public const int LengthsOffset = 24;

    /// <summary>Inline length 8.</summary>
    public const int InlineLengthOffset = 32;
}
