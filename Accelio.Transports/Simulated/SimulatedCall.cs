using Accelio.Transports.Polling;

namespace Accelio.Transports.Simulated;

/// <summary>A dialer's call: goes to the listener, is answered there, and comes back.</summary>
internal sealed class SimulatedCall : WorkItem
{
    private readonly SimulatedHub _hub;
    private readonly SimulatedListener? _listener;
    private readonly LinkPlace? _place;
    private readonly SimulatedPath _path;
    private SimulatedPort? _answer;
    private bool _isOnItsWay;
    private bool _answered;
    private string _reason = "";

    /// <summary>Creates the call of a port; the listener is looked up at once.</summary>
    public SimulatedCall(SimulatedPort caller, SimulatedHub hub, in SimulatedLinkPlan plan)
    {
        _hub = hub;
        _listener = hub.Find(caller.Remote);
        _place = _listener?.NextPlace(caller.Local);
        Caller = caller;
        Plan = plan;
        Circuit = caller.Circuit = hub.Wires.Open(caller);
        _path = hub.CreatePath(this, caller.Local, caller.Remote, _place?.Poller ?? caller.Poller);
    }

    /// <summary>Who calls.</summary>
    public SimulatedPort Caller { get; }

    /// <summary>What the caller's end was made from; it decides for both ends.</summary>
    public SimulatedLinkPlan Plan { get; }

    /// <summary>The link that the call opens.</summary>
    public SimulatedCircuit Circuit { get; }

    /// <summary>Whether the call, or the answer to it, is lost, or held by the network. The caller's thread.</summary>
    public bool IsStopped => !_isOnItsWay || Circuit.IsShut(isBack: false) || Circuit.IsShut(isBack: true)
        || !_hub.Wires.Way(Caller.Local.Host, Caller.Remote.Host).IsOpen || !_hub.Wires.Way(Caller.Remote.Host, Caller.Local.Host).IsOpen;

    /// <summary>Sends the call out; where nobody listens, it goes as far, and comes back with the refusal.</summary>
    public void Place()
    {
        _isOnItsWay = _hub.Wires.StateOf(Caller.Remote.Host) != HostState.Off;
        if (_isOnItsWay && !_path.Carry(this, 0))
        {
            Refuse();
        }
    }

    /// <summary>The call cannot be delivered, because whoever listened is gone: it comes back. Any thread.</summary>
    public void Refuse()
    {
        _answered = true;
        _reason = $"nobody listens at {Caller.Remote}";
        Caller.Poller.Post(this);
    }

    /// <inheritdoc/>
    public override void Execute()
    {
        if (_answered)
        {
            Caller.OnAnswered(_answer, _path, _reason);
        }
        else if (_listener is null || _place is null)
        {
            _answered = true;
            _reason = $"nobody listens at {Caller.Remote}";
            _hub.CreatePath(this, Caller.Remote, Caller.Local, Caller.Poller).Carry(this, 0);
        }
        else
        {
            Answer(_listener, _place);
        }
    }

    private void Answer(SimulatedListener listener, LinkPlace place)
    {
        var back = _hub.CreatePath(this, Caller.Remote, Caller.Local, Caller.Poller);
        var end = listener.Take(this, place, back, out _reason);
        _answer = end?.Port;
        _answered = true;
        if (back.Carry(this, 0))
        {
            // Only now: what the new link sends must travel behind the answer.
            end?.OnConnected();
        }
        else
        {
            end?.OnHungUp(abrupt: true);
        }
    }
}
