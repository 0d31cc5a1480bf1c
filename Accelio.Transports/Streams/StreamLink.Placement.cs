namespace Accelio.Transports.Streams;

/// <content>Bodies that are not complete in the receive buffer, or not wanted there.</content>
internal abstract unsafe partial class StreamLink
{
    private Placement _placement;
    private bool _placing;

    /// <inheritdoc/>
    public override bool TryDiscard(byte* destination)
    {
        if (!_placing || _placement.Target != destination)
        {
            return false;
        }

        _placement.Target = null;
        return true;
    }

    // The sink wants a body that is complete in the buffer elsewhere, not at all, or not now. False: not now.
    private bool HonourPlacement(ref InboundFrame frame)
    {
        switch (frame.Placement)
        {
            case PlacementKind.NotNow:
                PauseReceive();
                return false;
            case PlacementKind.Discard:
                frame.Body = null;
                frame.Discarded = frame.BodyLength > 0;
                break;
            case PlacementKind.Destination when frame.Body != null:
                Buffer.MemoryCopy(frame.Body, frame.Destination, frame.BodyLength, frame.BodyLength);
                frame.Body = frame.Destination;
                break;
        }

        return true;
    }

    // A large body of which only a part is there: it gets memory of its own, the part is moved there, the rest is received there.
    private int BeginPlacement(ReceiveBuffer buffer, int offset, int headLength, int userHeaderOffset)
    {
        ref var frame = ref _frame;
        _sink!.OnArrival(this, ref frame);
        if (_state != StreamLinkState.Ready)
        {
            return Stop;
        }

        if (frame.Placement == PlacementKind.NotNow)
        {
            PauseReceive();
            return Stop;
        }

        byte* target = null;
        if (frame.Placement == PlacementKind.Pool)
        {
            // Address space only: pages are committed as bytes arrive, so an announcement costs nothing.
            frame.Slab = Poller.Memory.Rent(frame.BodyLength);
            target = frame.Slab.Pointer;
        }
        else if (frame.Placement == PlacementKind.Destination)
        {
            target = frame.Destination;
        }

        var here = buffer.Length - offset;
        if (target != null)
        {
            Buffer.MemoryCopy(buffer.First + offset, target, frame.BodyLength, here);
        }

        // The part of the body is not delivered in place, so its room is free again at once.
        buffer.End -= here;
        _placement = new Placement
        {
            Target = target,
            Length = frame.BodyLength,
            Received = here,
            HeadLength = headLength,
            UserHeaderOffset = userHeaderOffset,
        };
        _placing = true;
        _buffers[ControlStream].Needed = 0;
        buffer.Needed = 0;
        return _paused ? Stop : _bodyStream;
    }

    private void DeliverPlaced()
    {
        ref var frame = ref _frame;
        var control = _buffers[ControlStream];

        // The buffer may have moved since the arrival.
        frame.UserHeader = control.First + _placement.UserHeaderOffset;
        frame.Room = control.First + Wire.TcpFrame.HeaderSize;
        frame.Body = _placement.Target;
        frame.Discarded = _placement.Target == null;
        control.Start += _placement.HeadLength;
        _placing = false;
        _delivered = true;
        _sink!.OnFrame(this, ref frame);
        frame.Slab?.Release();
        frame.Slab = null;
    }

    private void AbandonPlacement()
    {
        if (_placing)
        {
            _placing = false;
            _frame.Slab?.Release();
            _frame.Slab = null;
        }
    }
}
