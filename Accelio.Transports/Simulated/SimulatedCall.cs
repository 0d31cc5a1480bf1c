using Accelio.Transports.Polling;

namespace Accelio.Transports.Simulated;

/// <summary>A dialer's call: goes to the listener, is answered there, and comes back.</summary>
internal sealed class SimulatedCall : WorkItem
{
    private readonly SimulatedHub _hub;
    private readonly SimulatedListener? _listener;
    private SimulatedPort? _answer;
    private readonly SimulatedPath _path;
    private bool _answered;
    private string _reason = "";

    /// <summary>Creates the call of a port; the listener is looked up at once.</summary>
    public SimulatedCall(SimulatedPort caller, SimulatedHub hub, in SimulatedLinkPlan plan)
    {
        _hub = hub;
        _listener = hub.Find(caller.Remote);
        _path = hub.CreatePath(caller.Local, caller.Remote, _listener?.Poller ?? caller.Poller);
        Caller = caller;
        Plan = plan;
    }

    /// <summary>Who calls.</summary>
    public SimulatedPort Caller { get; }

    /// <summary>What the caller's end was made from; it decides for both ends.</summary>
    public SimulatedLinkPlan Plan { get; }

    /// <summary>Sends the call out. False when nobody is there to take it: the call then holds its refusal and is to be executed by the caller's poller.</summary>
    public bool Place()
    {
        if (_listener is not null && _path.Carry(this, 0))
        {
            return true;
        }

        _answered = true;
        _reason = $"nobody listens at {Caller.Remote}";
        return false;
    }

    /// <inheritdoc/>
    public override void Execute()
    {
        if (_answered)
        {
            Caller.OnAnswered(_answer, _path, _reason);
            return;
        }

        Answer(_listener!);
    }

    private void Answer(SimulatedListener listener)
    {
        var back = _hub.CreatePath(Caller.Remote, Caller.Local, Caller.Poller);
        var end = listener.Take(this, back, out _reason);
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
