namespace Accelio.Transports.Streams;

/// <summary>Where the body in hand goes and how much of it is there, while it is not complete.</summary>
internal unsafe struct Placement
{
    /// <summary>First byte of its memory; null when the body is thrown away.</summary>
    public byte* Target;

    /// <summary>Length of the body in bytes.</summary>
    public long Length;

    /// <summary>Bytes that have arrived.</summary>
    public long Received;

    /// <summary>Offset of the user header from the beginning of the frame.</summary>
    public int UserHeaderOffset;

    /// <summary>Length of everything in front of the body, which stays in the receive buffer until the frame is delivered.</summary>
    public int HeadLength;

    /// <summary>Bytes that have not arrived.</summary>
    public readonly long Remaining => Length - Received;
}
