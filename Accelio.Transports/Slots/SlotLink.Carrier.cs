namespace Accelio.Transports.Slots;

/// <content>What carries the messages: done by the derived class, asked for here.</content>
internal abstract unsafe partial class SlotLink
{
    /// <summary>Slots beyond the depth that the set-up names.</summary>
    protected virtual int SpareSlots => 0;

    /// <summary>The set-up is complete.</summary>
    protected virtual void OnConfigured()
    {
    }

    /// <summary>A slot is there to be sent into; it must be before the peer is told of it, which the next message may do.</summary>
    protected abstract void Post(ReceiveSlot slot);

    /// <summary>Whether a message - null stands for one without a body - may be given to <see cref="Transmit"/> now; when it becomes true, <see cref="MarkDirty"/> is called.</summary>
    protected virtual bool CanTransmit(SlotMessage? message) => true;

    /// <summary>Whether all that was transmitted is known to be at the peer, asked for when a link closes; as <see cref="CanTransmit(SlotMessage?)"/>.</summary>
    protected virtual bool HasLeft => true;

    /// <summary>Memory for a message of <see cref="SlotLength"/> bytes.</summary>
    protected abstract SlotMessage RentMessage();

    /// <summary>Sends a message, at the latest with <see cref="EndTransmit"/>; it belongs to the transport then. False when the link has failed.</summary>
    protected abstract bool Transmit(SlotMessage message);

    /// <summary>That was all for now.</summary>
    protected virtual void EndTransmit()
    {
    }

    /// <summary>A frame got its number, the count of those before it.</summary>
    protected virtual void OnStamped(SlotMessage message, uint number)
    {
    }

    /// <summary>In how many parts the peer can reach the body's own memory; 0 when it cannot.</summary>
    protected abstract int CountParts(in OutboundFrame frame);

    /// <summary>Whether the body of a response can be put into the buffers that the requester offered, which hold it.</summary>
    protected virtual bool CanPlace(in OutboundFrame frame, long bodyLength) => false;

    /// <summary>The body that the message announces goes into these buffers of the peer, before the message itself. Only after <see cref="CanPlace"/>.</summary>
    protected virtual void Place(SlotMessage message, ReadOnlySpan<RoomEntry> targets) => throw new NotSupportedException();

    /// <summary>Writes the entries of a body, 16 bytes each: as many as were counted, or one for a copy.</summary>
    protected abstract void WriteParts(byte* table, uint exposed, ExposedBody body);

    /// <summary>Begins to fetch the body of a frame to a place; <see cref="OnFetched"/> tells of progress.</summary>
    protected abstract void BeginFetch(ReceiveSlot slot, byte* target);

    /// <summary>The whole body has been fetched: the last chance to move it to where it was wanted.</summary>
    protected virtual void EndFetch(ReceiveSlot slot)
    {
    }

    /// <summary>What an acknowledgement of this frame's body names; false when its sender expects none.</summary>
    protected abstract bool TryNameAcknowledgement(ReceiveSlot slot, out uint task);

    /// <summary>The body that an acknowledgement of the peer names, by its id in <see cref="Exposed"/>; 0 when it names none.</summary>
    protected abstract uint FindAcknowledged(uint task);

    /// <summary>A frame's header is here: what it says about earlier frames of this end.</summary>
    protected virtual void OnFrameReceived(ReceiveSlot slot)
    {
    }

    /// <summary>The link is over: sends and receives no more. Called once.</summary>
    protected abstract void HangUp(bool abrupt);

    /// <summary>Nothing of the transport touches memory of the link any more when this returns. Called once, after <see cref="HangUp"/>, outside of
    /// every call of the sink.</summary>
    protected abstract void Detach();

    /// <summary>What the link had is given back. Called once, at the end, before the sink hears of it.</summary>
    protected abstract void OnLinkClosed(LinkError error, string detail);
}
