using Accelio.Transports.Memory;
using Accelio.Transports.Wire;

namespace Accelio.Transports.Streams;

/// <content>What the codec cannot know: the limits of this link; and what is wrong, in words.</content>
internal abstract unsafe partial class StreamLink
{
    private long MaxBodyLength => long.Min(Options.MaxBodyLength, Slab.MaxLength);

    // Between our own peers a response may be placed into room that was agreed at session set-up, from C peers into room that a request
    // offered. Which request it answers is for the sink to know.
    private long Room => Math.Max(AgreedRoom, _largestRoom);

    private bool IsUnaskedPlacement(in TcpFrameFields fields, long bodyLength) =>
        fields.OutOperation == BodyOperation.Write && bodyLength > Room;

    private void Refuse(LinkError error, in TcpFrameFields fields, long bodyLength)
    {
        if (error == LinkError.LengthMismatch)
        {
            Fail(error, $"ulp_imm_len: {fields.InlineLength}, the write lengths make {bodyLength}");
        }
        else if (bodyLength <= MaxBodyLength && fields.OutOperation == BodyOperation.Write)
        {
            Fail(LinkError.LengthMismatch, $"write lengths: {bodyLength} bytes, the room is {Room}");
        }
        else
        {
            Fail(LinkError.MessageTooLarge, $"body: {bodyLength} bytes, allowed {MaxBodyLength}");
        }
    }

    // Fewer bytes than needed: says what is missing, and looks at what is there already, so that garbage is not waited for.
    private int Await(ReceiveBuffer buffer, int needed, int stream)
    {
        buffer.Needed = needed;
        if (needed == TcpFrame.HeaderSize && stream == ControlStream && buffer.Length >= Tlv.Size)
        {
            if (!Tlv.TryRead(buffer.First, out var type, out var length))
            {
                Fail(LinkError.BadMagic, $"tlv magic: 0x{BigEndian.ReadUInt32(buffer.First):x8}");
                return Stop;
            }

            if (type.IsSetup())
            {
                Fail(LinkError.UnexpectedFrame, "tlv type: a second link set-up");
                return Stop;
            }

            if (length - TcpFrame.HeadersInTlv > _limits.MaxTlvLength - TcpFrame.HeadersInTlv)
            {
                Fail(LinkError.BadFrameLength, $"tlv length: {length}, allowed {TcpFrame.HeadersInTlv} to {_limits.MaxTlvLength}");
                return Stop;
            }
        }

        return stream;
    }

    private string DescribeIncomplete()
    {
        var part = _placing
            ? $"body: {_placement.Received} of {_placement.Length} bytes"
            : $"frame: {_buffers[ControlStream].Length} bytes of it";
        return $"{part}, {_progressed} more within {TimeSpan.FromTicks(Options.BodyProgressTimeout)}";
    }
}
