using System.Net;
using Accelio.Transports.Slots;
using Accelio.Transports.Wire;

namespace Accelio.Transports.Simulated;

/// <summary>
/// A link of the RDMA shape in memory. Messages are encoded as on RDMA, and travel in packets between two ports.
/// </summary>
/// <remarks>
/// What differs from RDMA: a body is announced as one entry whose address is an id, and the owner of the memory copies what a read asks for, on its own
/// thread; the acknowledgement of a fetched body names that id.
/// </remarks>
internal sealed unsafe class SimulatedSlotLink : SlotLink, ISimulatedEnd
{
    private const int MinDepth = 8;
    private const int MaxDepth = 1024;
    private const int ReadLength = 64 << 10;
    private const int ReadsAtOnce = 4;

    private readonly SimulatedListener? _listener;
    private readonly SimulatedPacketStore _messages;
    private readonly SimulatedPacketStore _reads;
    private byte* _target;
    private uint _body;
    private long _bodyLength;
    private long _asked;

    /// <summary>Creates a link that is not connected.</summary>
    public SimulatedSlotLink(in SimulatedLinkPlan plan, LinkOptions options)
        : base(plan.Poller, options, plan.IsClient, Math.Clamp(plan.Options.SlotDepth, MinDepth, MaxDepth))
    {
        _listener = plan.Listener;
        _messages = new SimulatedPacketStore(plan.Poller, SlotLength);
        _reads = new SimulatedPacketStore(plan.Poller, ReadLength);
        Port = new SimulatedPort(plan.Poller, this, plan.Local, plan.Remote);
    }

    /// <inheritdoc/>
    public SimulatedPort Port { get; }

    /// <inheritdoc/>
    public override EndPoint LocalEndPoint => Port.Local;

    /// <inheritdoc/>
    public override EndPoint RemoteEndPoint => Port.Remote;

    /// <inheritdoc/>
    public void OnConnected()
    {
        if (State == SlotLinkState.Opening)
        {
            PostFirstSlot();
            Opened();
        }
    }

    /// <inheritdoc/>
    public void OnRefused(LinkError error, string reason) => Fail(error, reason);

    /// <inheritdoc/>
    public void OnPacket(SimulatedPacket packet)
    {
        LastReceived = Poller.Now;
        if (packet.Kind == SimulatedPacketKind.Read)
        {
            Port.Return(packet, ServeRead(packet));
            return;
        }

        if (packet.Length > SlotLength || !TryTakePosted(out var slot))
        {
            // On RDMA the receiver's queue pair answers "not ready", and the sender breaks the connection.
            Port.Return(packet, succeeded: false);
            Fail(LinkError.CreditOverrun, "a message without a slot posted for it");
            return;
        }

        // Once it is on its way back the packet is the sender's, who may fill it again.
        var length = packet.Length;
        new ReadOnlySpan<byte>(packet.Pointer, length).CopyTo(new Span<byte>(slot.Pointer, length));
        Port.Return(packet, succeeded: true);
        OnMessage(slot, length);
    }

    /// <inheritdoc/>
    public void OnPacketReturned(SimulatedPacket packet)
    {
        if (packet.Kind == SimulatedPacketKind.Read)
        {
            LastReceived = Poller.Now;
            OnRead(packet);
        }

        packet.Store();
    }

    /// <inheritdoc/>
    public void OnHungUp(bool abrupt)
    {
        if (abrupt)
        {
            Fail(LinkError.TransportFailed, "connection reset by the peer");
        }
        else
        {
            PeerEnded();
        }
    }

    /// <inheritdoc/>
    protected override void HangUp(bool abrupt) => Port.HangUp(abrupt);

    /// <inheritdoc/>
    protected override void Detach()
    {
        // Packets still under way belong to the far end, which finds nobody here when they come back.
    }

    /// <inheritdoc/>
    protected override void OnLinkClosed(LinkError error, string detail)
    {
        _messages.Close();
        _reads.Close();
        _listener?.OnLinkClosed();
    }

    /// <inheritdoc/>
    protected override void Post(ReceiveSlot slot)
    {
        // The far end sends into the mailbox; the slot is found when the packet is here.
    }

    /// <inheritdoc/>
    protected override SlotMessage RentMessage() => _messages.Rent().Message;

    /// <inheritdoc/>
    protected override bool Transmit(SlotMessage message)
    {
        var packet = ((SimulatedMessage)message).Packet;
        packet.Kind = SimulatedPacketKind.Message;
        packet.Length = message.Length;
        return Send(packet);
    }

    /// <inheritdoc/>
    protected override int CountParts(in OutboundFrame frame) => 1;

    /// <inheritdoc/>
    protected override void WriteParts(byte* table, uint exposed, ExposedBody body) =>
        Sge.Write(table, new RoomEntry(exposed, (uint)body.Length, exposed));

    /// <inheritdoc/>
    protected override bool TryNameAcknowledgement(ReceiveSlot slot, out uint task)
    {
        task = Sge.Read(slot.PartTable).Key;
        return true;
    }

    /// <inheritdoc/>
    protected override uint FindAcknowledged(uint task) => Exposed.Find(task) is null ? 0 : task;

    /// <inheritdoc/>
    protected override void BeginFetch(ReceiveSlot slot, byte* target)
    {
        _target = target;
        _body = Sge.Read(slot.PartTable).Key;
        _bodyLength = slot.Frame.BodyLength;
        _asked = 0;
        for (var i = 0; i < ReadsAtOnce; i++)
        {
            AskForPiece();
        }
    }

    private void AskForPiece()
    {
        if (_asked == _bodyLength || State == SlotLinkState.Closed)
        {
            return;
        }

        var packet = _reads.Rent();
        packet.Kind = SimulatedPacketKind.Read;
        packet.Body = _body;
        packet.Position = _asked;
        packet.Length = (int)Math.Min(ReadLength, _bodyLength - _asked);
        _asked += packet.Length;
        Send(packet);
    }

    // A piece of the body in hand: packets come back in the order in which they were sent.
    private void OnRead(SimulatedPacket packet)
    {
        if (!packet.Succeeded)
        {
            Fail(LinkError.TransportFailed, "the peer does not let its body be read");
            return;
        }

        new ReadOnlySpan<byte>(packet.Pointer, packet.Length).CopyTo(new Span<byte>(_target + packet.Position, packet.Length));
        AskForPiece();
        OnFetched(packet.Length);
    }

    // The owner's side: copies a piece, on its own thread, from memory that is pinned until the acknowledgement.
    private bool ServeRead(SimulatedPacket packet)
    {
        if (Exposed.Find(packet.Body) is not { } body || packet.Position < 0 || packet.Length > body.Length - packet.Position)
        {
            return false;
        }

        body.Read(packet.Position, new Span<byte>(packet.Pointer, packet.Length));
        NoteSendProgress();
        return true;
    }

    private bool Send(SimulatedPacket packet)
    {
        if (Port.Send(packet))
        {
            return true;
        }

        Fail(LinkError.TransportFailed, "the poller of the peer has stopped");
        return false;
    }
}
