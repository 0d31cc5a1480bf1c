namespace Accelio.Transports;

/// <summary>Classification of <see cref="FrameType"/> values.</summary>
internal static class FrameTypes
{
    private const uint RequestBit = 0x2;
    private const uint ResponseBit = 0x4;
    private const uint ApplicationBits = 0x8 | 0x10 | 0x20;

    /// <summary>Whether the frame carries the request transport header.</summary>
    public static bool IsRequest(this FrameType type) => ((uint)type & RequestBit) != 0;

    /// <summary>Whether the frame carries the response transport header.</summary>
    public static bool IsResponse(this FrameType type) => ((uint)type & (RequestBit | ResponseBit)) == ResponseBit;

    /// <summary>Whether the frame belongs to the application class, whose user header stays on the control socket of a dual link.</summary>
    public static bool IsApplication(this FrameType type) => ((uint)type & ApplicationBits) != 0;

    /// <summary>Whether the frame is one of the two set-up frames of a link.</summary>
    public static bool IsSetup(this FrameType type) => type is FrameType.NexusRequest or FrameType.NexusResponse;
}
