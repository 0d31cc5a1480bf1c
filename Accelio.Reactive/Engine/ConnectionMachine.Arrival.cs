using Accelio.Transports;
using Accelio.Transports.Wire;

namespace Accelio.Reactive.Engine;

/// <content>Frames whose head is here: their numbers count, and long bodies get their place (wire protocol, sections 6.3, 9).</content>
internal sealed partial class ConnectionMachine
{
    /// <summary>A request-class frame begins to arrive: numbers and credits count from here.</summary>
    internal unsafe void OnArrival(ref InboundFrame frame)
    {
        if (frame.Header.Type is FrameType.Request or FrameType.OneWay or FrameType.CreditUpdate)
        {
            if (frame.Header.SequenceNumber == _expectedRequestSn || TakeJump(ref _mayRequestsJump, frame.Header.SequenceNumber, ref _expectedRequestSn))
            {
                _expectedRequestSn++;
                _arrivedSerial = frame.Header.Serial;
                _hasArrived = true;
                TakeGrants(frame.Header.CreditMessages, frame.Header.CreditBytes);
            }
            else if (!TolerateSequence("request", frame.Header.SequenceNumber, ref _expectedRequestSn))
            {
                frame.Placement = PlacementKind.Discard;
                return;
            }

            if (frame.Body is null && frame.BodyLength != 0 && frame.Header.Type != FrameType.CreditUpdate && IsTakingMessages)
            {
                ChooseMemory(ref frame);
            }
        }
    }

    /// <summary>Asks where a long body shall go. User code runs inside, which may end the connection or the link.</summary>
    private unsafe void ChooseMemory(ref InboundFrame frame)
    {
        var header = new ReadOnlySpan<byte>(frame.UserHeader, frame.UserHeaderLength);
        if (!Machine.TrySplitItems(frame.Header, ref header, out var items))
        {
            return;
        }

        var isRequest = frame.Header.Type == FrameType.Request;
        var start = 0;
        var memory = isRequest && items.HasRemote && Machine.HasMemory
            ? _events.ChooseShared(this, items.Remote, frame.BodyLength, out start)
            : _events.ChooseMemory(this, isRequest, header, frame.BodyLength, out start);
        if (memory is null)
        {
            return;
        }

        frame.Tag = Machine.Landings.Add(memory, start);
        frame.Placement = PlacementKind.Destination;
        frame.Destination = memory.PointerAt(start);
        frame.DestinationRegion = memory.Region;
    }

    /// <summary>The memory that the user chose for the body, with its hold.</summary>
    private RegisteredMemory? TakeLanded(ref InboundFrame frame)
    {
        if (frame.Tag is not Landing landing)
        {
            return null;
        }

        frame.Tag = null;
        return Machine.Landings.Take(landing);
    }
}
