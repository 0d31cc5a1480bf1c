using Accelio.Transports.Wire;

namespace Accelio.Transports.Slots;

/// <content>The set-up, once each way (RDMA, section 4): who may send how much, and when.</content>
internal abstract unsafe partial class SlotLink
{
    /// <summary>Nexus flag: whoever fetches a body says so when it has it, whatever kind of frame announced it. The link's own, never shown to its owner.</summary>
    protected const ushort FetchesAcknowledgedFlag = 0x2000;

    private bool _setupReceived;

    /// <summary>Whether both ends acknowledge the bodies of requests too. C peers acknowledge those of responses alone.</summary>
    protected bool AcknowledgesRequests { get; private set; }

    /// <inheritdoc/>
    public sealed override void SendSetup(in LinkSetup setup, ReadOnlySpan<byte> trailer)
    {
        if (State is not (SlotLinkState.SettingUp or SlotLinkState.Ready))
        {
            return;
        }

        var whole = new RdmaSetup
        {
            Link = setup,
            SendDepth = (ushort)(_depth - SpareSlots),
            ReceiveDepth = (ushort)(_depth - SpareSlots),
        };
        if (setup.IsResponse)
        {
            // The slots must be there before the peer may know of them.
            _slots.MakeAll();
            PostSlots(_depth);
            whole.Credits = (ushort)_owedCredits;
            _owedCredits = 0;
        }

        if (!setup.IsResponse || AcknowledgesRequests)
        {
            whole.Link.Flags |= FetchesAcknowledgedFlag;
        }

        var message = RentMessage();
        message.Kind = SlotMessageKind.Setup;
        message.Exposed = 0;
        message.Length = RdmaNexus.Write(new Span<byte>(message.Pointer, RdmaNexus.MaxFrame), whole, trailer);
        _queue.Add(message);
        Queued(message.Length);
    }

    /// <inheritdoc/>
    public sealed override void Configure(in LinkSetup peer, int bufferSize)
    {
        if (State != SlotLinkState.SettingUp)
        {
            return;
        }

        State = SlotLinkState.Ready;
        _peerBufferSize = Math.Min(bufferSize, SlotLength);
        PeerMaxParts = (int)Math.Clamp(peer.MaxInParts, 1, MaxParts);
        OnConfigured();
        if (IsClient)
        {
            // The server may send nothing until it knows of these.
            _owedCredits = 0;
            _slots.MakeAll();
            PostSlots(_depth);
        }

        ScheduleReceive();
        MarkDirty();
    }

    private void ReceiveSetup(ReceiveSlot slot)
    {
        if (_setupReceived)
        {
            Refuse(slot, LinkError.UnexpectedFrame, "tlv type: a second link set-up");
            return;
        }

        var error = RdmaNexus.Read(
            new ReadOnlySpan<byte>(slot.Pointer, slot.Length), IsClient, out var setup, out var trailer, out var detail);
        if (error != LinkError.None)
        {
            Refuse(slot, error, detail ?? "");
            return;
        }

        _setupReceived = true;
        AcknowledgesRequests = (setup.Link.Flags & FetchesAcknowledgedFlag) != 0;
        setup.Link.Flags &= unchecked((ushort)~FetchesAcknowledgedFlag);
        if (IsClient)
        {
            _peerCredits = setup.Credits;
        }

        _slots.Deliver(slot);
        _sink!.OnSetup(this, setup.Link, trailer);
    }
}
