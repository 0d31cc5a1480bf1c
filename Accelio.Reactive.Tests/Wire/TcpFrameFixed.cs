using Accelio.Transports;
using Accelio.Transports.Wire;

namespace Accelio.Reactive.Tests.Wire;

/// <summary>
/// Which of a TCP frame's fixed bytes carry no meaning: C peers leave there whatever was in the buffer (wire protocol, section 19.4).
/// </summary>
internal static class TcpFrameFixed
{
    // Offsets from the start of the frame: the pad of the session header, then pad0, pad, pad1 and remain_data_len of the transport header.
    private static readonly Range[] RequestPads = [38..44, 62..64, 68..70, 76..80, 84..88];
    private static readonly Range[] ResponsePads = [38..44, 62..64, 73..74, 84..88];

    /// <summary>Where the user header of a message begins, which the codec does not write.</summary>
    public static int Tables(GoldenMessage message) =>
        TcpFrame.HeaderSize + ((message.In.Count + message.Out.Count) * Sge.Size) + (message.WriteLengths.Count * WriteLengths.Size);

    /// <summary>Sets the meaningless bytes to what we write there.</summary>
    public static void ClearPads(FrameType type, Span<byte> frame)
    {
        foreach (var pad in type.IsRequest() ? RequestPads : ResponsePads)
        {
            frame[pad].Clear();
        }
    }
}
