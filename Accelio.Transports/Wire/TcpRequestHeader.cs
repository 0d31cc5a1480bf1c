namespace Accelio.Transports.Wire;

/// <summary>
/// Offsets of the 40 bytes behind the session header of request-class frames on TCP (wire protocol, section 7); read and written by <see
/// cref="TcpFrame"/>.
/// </summary>
internal static class TcpRequestHeader
{
    /// <summary>Bytes of the header, and the value of its length field.</summary>
    public const int Size = 40;

    /// <summary>The version sent; it is never checked.</summary>
    public const byte Version = 1;

    /// <summary>Flag: the requester wants the answer placed in its buffers even if it is small.</summary>
    public const byte PeerWriteResponseFlag = 0x02;

    /// <summary>Flag: no further message of this batch follows; never together with <see cref="PeerWriteResponseFlag"/>.</summary>
    public const byte LastInBatchFlag = 0x10;

    /// <summary>Version 1, flags 1, header length 2, transport serial number 2, pad 2.</summary>
    public const int HeadOffset = 0;

    /// <summary>Task id of the sender 4, pad 2, in operation 1, out operation 1.</summary>
    public const int TaskOffset = 8;

    /// <summary>Number of in entries 2, number of out entries 2, pad 4.</summary>
    public const int CountsOffset = 16;

    /// <summary>User header length 2, pad length 2, unused 4.</summary>
    public const int LengthsOffset = 24;

    /// <summary>Inline length 8.</summary>
    public const int InlineLengthOffset = 32;
}
