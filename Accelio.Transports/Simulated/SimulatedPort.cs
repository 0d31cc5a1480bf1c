using Accelio.Transports.Polling;

namespace Accelio.Transports.Simulated;

/// <summary>
/// One end of a simulated connection, the counterpart of a socket or queue pair: sends packets to the other end, turns packets round, hangs up.
/// Poller thread only; the far end is reached through its mailbox alone.
/// </summary>
internal sealed class SimulatedPort
{
    private readonly ISimulatedEnd _end;
    private SimulatedPort? _peer;
    private SimulatedPath? _path;
    private DialTimer? _dialTimer;
    private bool _hungUp;
    private bool _abrupt;

    /// <summary>Creates the port of a link.</summary>
    public SimulatedPort(Poller poller, ISimulatedEnd end, SimulatedEndPoint local, SimulatedEndPoint remote)
    {
        Poller = poller;
        _end = end;
        Local = local;
        Remote = remote;
    }

    /// <summary>The poller of this end.</summary>
    public Poller Poller { get; }

    /// <summary>Address of this end.</summary>
    public SimulatedEndPoint Local { get; }

    /// <summary>Address of the other end.</summary>
    public SimulatedEndPoint Remote { get; }

    /// <summary>The link as the network sees it, from the call on.</summary>
    public SimulatedCircuit? Circuit { get; set; }

    /// <summary>Whether this end has left. Any thread.</summary>
    public bool HasHungUp => Volatile.Read(ref _hungUp);

    /// <summary>Whether packets can be sent.</summary>
    public bool IsOpen => _peer is not null && !_hungUp;

    /// <summary>Calls the remote address. The outcome is <see cref="ISimulatedEnd.OnConnected"/> or <see cref="ISimulatedEnd.OnRefused"/>, later; a call that
    /// does not get through is given up after so many ticks. Whoever is there and has no time to answer is waited for: a real system would have taken the connection.</summary>
    public void Dial(SimulatedHub hub, in SimulatedLinkPlan plan, long limit)
    {
        var call = new SimulatedCall(this, hub, plan);
        call.Place();
        _dialTimer = new DialTimer(call, limit);
        _dialTimer.Begin(Poller.Now);
    }

    /// <summary>Joins this end to the other one.</summary>
    public void Connect(SimulatedPort peer, SimulatedPath path)
    {
        _peer = peer;
        _path = path;
    }

    /// <summary>The answer to <see cref="Dial"/>; null is a refusal.</summary>
    public void OnAnswered(SimulatedPort? peer, SimulatedPath path, string reason)
    {
        Poller.Timers.Cancel(_dialTimer!);
        if (peer is null)
        {
            if (!_hungUp)
            {
                _end.OnRefused(LinkError.ConnectFailed, reason);
            }

            return;
        }

        Connect(peer, path);
        if (_hungUp)
        {
            path.Carry(new SimulatedHangUp(peer, _abrupt), 0);
            return;
        }

        _end.OnConnected();
    }

    /// <summary>Sends a packet on its way out. False when the far end has stopped for good: the packet is back in its store, and no other will leave.</summary>
    public bool Send(SimulatedPacket packet)
    {
        packet.Address(this, _peer!);
        if (_path!.Carry(packet, packet.Kind == SimulatedPacketKind.Read ? 0 : packet.Length))
        {
            return true;
        }

        _peer = null;
        packet.Store();
        return false;
    }

    /// <summary>Sends a packet of the other end back.</summary>
    public void Return(SimulatedPacket packet, bool succeeded)
    {
        packet.TurnRound();
        packet.Succeeded = succeeded;
        if (!_path!.Carry(packet, packet.Kind == SimulatedPacketKind.Read ? packet.Length : 0))
        {
            packet.Drop();
        }
    }

    /// <summary>Tells the other end that nothing more comes; goes on receiving.</summary>
    public void EndSend()
    {
        if (IsOpen)
        {
            _path!.Carry(new SimulatedHangUp(_peer!, abrupt: false), 0);
        }
    }

    /// <summary>Leaves: nothing is sent any more, what still arrives is turned round unread. Idempotent.</summary>
    public void HangUp(bool abrupt)
    {
        if (_hungUp)
        {
            return;
        }

        _hungUp = true;
        _abrupt = abrupt;
        if (_dialTimer is not null)
        {
            Poller.Timers.Cancel(_dialTimer);
        }

        if (_peer is { } peer)
        {
            _path!.Carry(new SimulatedHangUp(peer, abrupt), 0);
        }

        Circuit?.OnHungUp();
    }

    /// <summary>A packet of the other end is here.</summary>
    public void OnArrived(SimulatedPacket packet)
    {
        if (_hungUp)
        {
            Return(packet, succeeded: false);
            return;
        }

        _end.OnPacket(packet);
    }

    /// <summary>A packet of this end is back.</summary>
    public void OnReturned(SimulatedPacket packet)
    {
        if (_hungUp)
        {
            packet.Store();
            return;
        }

        _end.OnPacketReturned(packet);
    }

    /// <summary>The other end hung up.</summary>
    public void OnPeerHungUp(bool abrupt)
    {
        if (!_hungUp)
        {
            _end.OnHungUp(abrupt);
        }
    }

    private sealed class DialTimer(SimulatedCall call, long limit) : WheelTimer
    {
        public void Begin(long now) => call.Caller.Poller.Timers.Schedule(this, Streams.StreamLinkTimer.Deadline(now, limit));

        /// <inheritdoc/>
        public override void OnTimer(long now)
        {
            if (call.IsStopped)
            {
                call.Caller._end.OnRefused(LinkError.ConnectTimeout, $"connect to {call.Caller.Remote}: no answer within {TimeSpan.FromTicks(limit)}");
            }
            else
            {
                Begin(now);
            }
        }
    }
}
