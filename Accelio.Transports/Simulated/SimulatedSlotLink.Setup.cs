using Accelio.Transports.Wire;

namespace Accelio.Transports.Simulated;

/// <content>The set-up, once each way (RDMA, section 4): who may send how much, and when.</content>
internal sealed unsafe partial class SimulatedSlotLink
{
    private bool _setupReceived;

    /// <inheritdoc/>
    public override void SendSetup(in LinkSetup setup, ReadOnlySpan<byte> trailer)
    {
        if (_state is not (SlotLinkState.SettingUp or SlotLinkState.Ready))
        {
            return;
        }

        var whole = new RdmaSetup
        {
            Link = setup,
            SendDepth = (ushort)_depth,
            ReceiveDepth = (ushort)_depth,
        };
        if (setup.IsResponse)
        {
            // The slots must be there before the peer may know of them.
            PostSlots(_depth);
            whole.Credits = (ushort)_depth;
            _owedCredits = 0;
        }

        var packet = _messages.Rent();
        packet.Kind = SimulatedPacketKind.Message;
        packet.Message = SlotMessageKind.Setup;
        packet.AnnouncesBulk = false;
        packet.Length = RdmaNexus.Write(new Span<byte>(packet.Pointer, RdmaNexus.MaxFrame), whole, trailer);
        _queue.Add(packet);
        Queued(packet.Length);
    }

    /// <inheritdoc/>
    public override void Configure(in LinkSetup peer, int bufferSize)
    {
        if (_state != SlotLinkState.SettingUp)
        {
            return;
        }

        _state = SlotLinkState.Ready;
        _peerBufferSize = Math.Min(bufferSize, _slotLength);
        if (IsClient)
        {
            // The server may send nothing until it knows of these.
            _owedCredits = 0;
            PostSlots(_depth);
        }

        ScheduleReceive();
        MarkDirty();
    }

    private void ReceiveSetup(ReceiveSlot slot)
    {
        if (_setupReceived)
        {
            Fail(LinkError.UnexpectedFrame, "tlv type: a second link set-up");
            return;
        }

        var error = RdmaNexus.Read(
            new ReadOnlySpan<byte>(slot.Pointer, slot.Length), IsClient, out var setup, out var trailer, out var detail);
        if (error != LinkError.None)
        {
            Fail(error, detail ?? "");
            return;
        }

        _setupReceived = true;
        if (IsClient)
        {
            _peerCredits = setup.Credits;
        }

        _slots.Deliver(slot);
        _sink.OnSetup(this, setup.Link, trailer);
    }
}
