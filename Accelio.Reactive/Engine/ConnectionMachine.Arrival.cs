using System.Runtime.CompilerServices;
using Accelio.Transports;
using Accelio.Transports.Wire;

namespace Accelio.Reactive.Engine;

/// <content>Frames whose head is here: their numbers count, long bodies get their place, and what has come becomes a message (wire protocol, sections 6.3, 9).</content>
internal sealed partial class ConnectionMachine
{
    /// <summary>A request-class frame begins to arrive: numbers and credits count from here.</summary>
    internal unsafe void OnArrival(ref InboundFrame frame)
    {
        if (frame.Header.Type is FrameType.Request or FrameType.OneWay or FrameType.CreditUpdate)
        {
            if (frame.Header.SequenceNumber == _expectedRequestSn || TakeJump(ref _mayRequestsJump, frame.Header.SequenceNumber, ref _expectedRequestSn))
            {
                CountArrival(frame.Header);
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

    /// <summary>A request or one-way message begins to arrive and is complete, nearly always in its turn.</summary>
    /// <returns>False when it is not in its turn, and nothing has happened.</returns>
    internal bool TryTake(ref InboundFrame frame)
    {
        if (frame.Header.SequenceNumber != _expectedRequestSn)
        {
            return false;
        }

        CountArrival(frame.Header);
        OnMessage(ref frame);
        return true;
    }

    private void CountArrival(in FrameHeader header)
    {
        _expectedRequestSn++;
        _arrivedSerial = header.Serial;
        _hasArrived = true;
        TakeGrants(header.CreditMessages, header.CreditBytes);
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

    /// <summary>The message for an answer; null when the caller's buffer is gone.</summary>
    private unsafe MessageCore? TakeAnswer(OutgoingMessage message, ref InboundFrame frame)
    {
        var core = message.ResponseBuffer.IsEmpty ? TakeCore(ref frame) : TakeIntoBuffer(message, ref frame);
        if (core is null)
        {
            return null;
        }

        core.Connection = this;
        if (UsesCFlowControl)
        {
            // libxio charges responses too.
            core.Charge = frame.UserHeaderLength + frame.BodyLength;
            core.TellsConnection = true;
            _receive.Arrived(core.Charge);
        }

        return core;
    }

    [MethodImpl(MethodImplOptions.NoInlining)] // What only it needs would be cleared for each answer.
    private unsafe MessageCore? TakeIntoBuffer(OutgoingMessage message, ref InboundFrame frame)
    {
        var target = message.ResponseBuffer[..(int)frame.BodyLength];
        if (!TryPlace(message, ref frame, target))
        {
            return null;
        }

        var core = Machine.Messages.Rent();
        core.BeginInUserMemory(frame.UserHeader, frame.UserHeaderLength, target);
        return core;
    }

    private unsafe bool TryPlace(OutgoingMessage message, ref InboundFrame frame, Memory<byte> target)
    {
        _memoryFault = message.BufferFault;
        if (_memoryFault is not null || frame.Destination is not null || frame.BodyLength == 0)
        {
            return _memoryFault is null;
        }

        try
        {
            new ReadOnlySpan<byte>(frame.Body, (int)frame.BodyLength).CopyTo(target.Span);
            return true;
        }
        catch (Exception exception)
        {
            _memoryFault = exception;
            return false;
        }
    }

    private unsafe MessageCore TakeCore(ref InboundFrame frame)
    {
        var core = Machine.Messages.Rent();
        if (frame.Slab is null && frame.Tag is null)
        {
            core.BeginInPlace(frame.UserHeader, frame.UserHeaderLength, frame.Body, (int)frame.BodyLength);
        }
        else
        {
            core.Begin(frame.UserHeader, frame.UserHeaderLength, frame.Body, (int)frame.BodyLength, frame.Slab, TakeLanded(ref frame));
            frame.Slab = null;
        }

        return core;
    }
}
