using System.Net;
using Accelio.Transports.Polling;

namespace Accelio.Transports.Simulated;

/// <summary>Accepts simulated links of both kinds at one address: the dialer chooses.</summary>
internal sealed class SimulatedListener : IListener
{
    private readonly SimulatedHub _hub;
    private readonly LinkOptions _options;
    private readonly LinkPlaces _places;
    private int _links;
    private volatile bool _stopped;

    /// <summary>Creates a listener; the caller enters it into the hub.</summary>
    public SimulatedListener(SimulatedHub hub, Poller poller, SimulatedEndPoint address, LinkOptions options, LinkPlaces places)
    {
        _hub = hub;
        _options = options;
        _places = places;
        Poller = poller;
        Address = address;
    }

    /// <summary>The poller of the listener; its links live at their places.</summary>
    public Poller Poller { get; }

    /// <summary>The address.</summary>
    public SimulatedEndPoint Address { get; }

    /// <inheritdoc/>
    public EndPoint LocalEndPoint => Address;

    /// <inheritdoc/>
    public Action<EndPoint?, LinkError, string>? OnRejected { get; set; }

    /// <inheritdoc/>
    public void Stop()
    {
        _stopped = true;
        _hub.Remove(this);
    }

    /// <summary>Where a call goes. Any thread.</summary>
    public LinkPlace NextPlace(SimulatedEndPoint caller) => _places.Next(caller);

    /// <summary>Makes the accepting end of a call. On the poller of the place.</summary>
    /// <returns>Null when no link is taken; <paramref name="reason"/> says why.</returns>
    public ISimulatedEnd? Take(SimulatedCall call, LinkPlace place, SimulatedPath back, out string reason)
    {
        if (_stopped || Volatile.Read(ref _links) >= _options.MaxLinks)
        {
            reason = _stopped ? $"the listener at {Address} has stopped" : $"the listener at {Address} has all the links it takes";
            if (!_stopped)
            {
                OnRejected?.Invoke(call.Caller.Local, LinkError.LimitExceeded, reason);
            }

            return null;
        }

        reason = "";
        Interlocked.Increment(ref _links);
        var (_, end) = SimulatedTransport.Create(call.Plan.ForListener(this, place.Poller), _options, place.Accept);
        end.Port.Connect(call.Caller, back);
        call.Circuit.Attach(end.Port);
        return end;
    }

    /// <summary>An accepted link is gone. On its poller.</summary>
    public void OnLinkClosed() => Interlocked.Decrement(ref _links);
}
