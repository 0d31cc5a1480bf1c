namespace Accelio.Transports.Wire;

/// <summary>
/// Offsets of the 40 bytes behind the session header of response-class frames on TCP (wire protocol, section 8); read and written by <see
/// cref="TcpFrame"/>.
/// </summary>
internal static class TcpResponseHeader
{
    /// <summary>Bytes of the header, and the value of its length field.</summary>
    public const int Size = 40;

    /// <summary>Version 1, flags 1 (0), header length 2, transport serial number 2, pad 2.</summary>
    public const int HeadOffset = 0;

    /// <summary>Task id of the sender 4, task id of the request being answered 4.</summary>
    public const int TaskOffset = 8;

    /// <summary>Out operation 1, pad 1, number of write lengths 2, status 4.</summary>
    public const int StatusOffset = 16;

    /// <summary>User header length 2, pad length 2, unused 4.</summary>
    public const int LengthsOffset = 24;

    /// <summary>Inline length 8.</summary>
    public const int InlineLengthOffset = 32;
}
