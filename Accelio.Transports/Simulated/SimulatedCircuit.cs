using Accelio.Transports.Polling;

namespace Accelio.Transports.Simulated;

/// <summary>One link as the network sees it, from the call on: its two ends, and what was done to it alone. Any thread.</summary>
/// <param name="wires">The network.</param>
/// <param name="caller">The end that called.</param>
internal sealed class SimulatedCircuit(SimulatedWires wires, SimulatedPort caller)
{
    private const int OutShut = 1;
    private const int BackShut = 2;
    private const int OutDark = 4;
    private const int BackDark = 8;

    private WirePath? _out;
    private WirePath? _back;
    private int _faults;
    private long _stalledUntil;

    /// <summary>The end that called.</summary>
    public SimulatedPort Caller => caller;

    /// <summary>The other end, once there is one.</summary>
    public SimulatedPort? Acceptor { get; private set; }

    /// <summary>Until when nothing arrives, in ticks; 0 when it was never stalled.</summary>
    public long StalledUntil => Volatile.Read(ref _stalledUntil);

    /// <summary>Whether it has ever been stalled, so that the time must be looked at.</summary>
    public bool IsStalled => StalledUntil != 0;

    /// <summary>Where it is in the list of the network, while it is there.</summary>
    internal LinkedListNode<SimulatedCircuit>? Node { get; set; }

    /// <summary>Whether what is sent is lost.</summary>
    public bool IsShut(bool isBack) => (Volatile.Read(ref _faults) & (isBack ? BackShut : OutShut)) != 0;

    /// <summary>Whether what is under way is lost.</summary>
    public bool IsDark(bool isBack) => (Volatile.Read(ref _faults) & (isBack ? BackDark : OutDark)) != 0;

    /// <summary>Makes one direction.</summary>
    public WirePath CreatePath(SimulatedWay way, bool isBack, Poller target)
    {
        var path = new WirePath(wires, way, this, isBack, target);
        _ = isBack ? _back = path : _out = path;
        return path;
    }

    /// <summary>The accepting end is there.</summary>
    public void Attach(SimulatedPort acceptor)
    {
        Acceptor = acceptor;
        acceptor.Circuit = this;
        wires.Enter(this);
    }

    /// <summary>An end has hung up.</summary>
    public void OnHungUp()
    {
        if (caller.HasHungUp && Acceptor is null or { HasHungUp: true })
        {
            wires.Remove(this);
        }
    }

    /// <summary>Whether its ends are on these hosts, in whatever order.</summary>
    public bool Joins(string host, string other) =>
        (caller.Local.Host == host && caller.Remote.Host == other) || (caller.Local.Host == other && caller.Remote.Host == host);

    /// <summary>Nothing arrives any more, either way, and nobody is told.</summary>
    public void Silence() => Interlocked.Or(ref _faults, OutShut | OutDark | BackShut | BackDark);

    /// <summary>Nothing arrives until then.</summary>
    public void Stall(long until) => Volatile.Write(ref _stalledUntil, Math.Max(StalledUntil, until));

    /// <summary>Breaks; both ends are told, and what is under way is lost.</summary>
    public void Cut()
    {
        Silence();
        Tell(caller);
        Tell(Acceptor);
    }

    /// <summary>The end on a host fails: it sends nothing any more and gets nothing, but what it has sent arrives.</summary>
    /// <param name="host">The host.</param>
    /// <param name="isTold">Whether that end is told.</param>
    /// <param name="isPeerTold">Whether the other end is told, behind what was sent before.</param>
    public void Fail(string host, bool isTold, bool isPeerTold)
    {
        var isCaller = caller.Local.Host == host;
        if (isPeerTold)
        {
            TellPeer(isCaller);
        }

        Interlocked.Or(ref _faults, OutShut | BackShut | (isCaller ? BackDark : OutDark));
        if (isTold)
        {
            Tell(isCaller ? caller : Acceptor);
        }
    }

    private static void Tell(SimulatedPort? port) => port?.Poller.Post(new SimulatedHangUp(port, abrupt: true));

    private void TellPeer(bool isCaller)
    {
        if (!isCaller && Acceptor is null)
        {
            // The call is lost with the host that it was for.
            Tell(caller);
            return;
        }

        var peer = isCaller ? Acceptor : caller;
        if (peer is not null)
        {
            (isCaller ? _out : _back)?.Carry(new SimulatedHangUp(peer, abrupt: true), 0);
        }
    }
}
