namespace Accelio.Transports.Wire;

/// <summary>
/// Offsets of the 44 bytes behind the session header of response-class frames on RDMA (RDMA, section 6); read and written by <see
/// cref="RdmaFrame"/>.
/// </summary>
internal static class RdmaResponseHeader
{
    /// <summary>Bytes of the header, and the value of its length field.</summary>
    public const int Size = 44;

    /// <summary>Version 1, flags 1 (0), header length 2, serial 2, acknowledged serial 2.</summary>
    public const int HeadOffset = 0;

    /// <summary>Credits 2, task id of the request 4, out operation 1, pad 1.</summary>
    public const int TaskOffset = 8;

    /// <summary>Pad 2, number of out entries 2 (stale when sent inline), status 4.</summary>
    public const int StatusOffset = 16;

    /// <summary>Task id of the responder 4, user header length 2, pad length 2.</summary>
    public const int LengthsOffset = 24;

    /// <summary>Unused 4, in front of the inline length.</summary>
    public const int RemainOffset = 32;

    /// <summary>Inline length 8.</summary>
    public const int InlineLengthOffset = 36;
}
