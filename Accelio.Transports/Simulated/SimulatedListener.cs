using System.Net;
using Accelio.Transports.Polling;

namespace Accelio.Transports.Simulated;

/// <summary>Accepts simulated links of both kinds at one address: the dialer chooses.</summary>
internal sealed class SimulatedListener : IListener
{
    private readonly SimulatedHub _hub;
    private readonly LinkOptions _options;
    private readonly Func<Link, ILinkSink> _accept;
    private int _links;
    private bool _stopped;

    /// <summary>Creates a listener; the caller enters it into the hub.</summary>
    public SimulatedListener(SimulatedHub hub, Poller poller, SimulatedEndPoint address, LinkOptions options, Func<Link, ILinkSink> accept)
    {
        _hub = hub;
        _options = options;
        _accept = accept;
        Poller = poller;
        Address = address;
    }

    /// <summary>The poller on which links are accepted and live.</summary>
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

    /// <summary>Makes the accepting end of a call. Poller thread.</summary>
    /// <returns>Null when no link is taken; <paramref name="reason"/> says why.</returns>
    public ISimulatedEnd? Take(SimulatedCall call, SimulatedPath back, out string reason)
    {
        if (_stopped || _links >= _options.MaxLinks)
        {
            reason = _stopped ? $"the listener at {Address} has stopped" : $"the listener at {Address} has all the links it takes";
            if (!_stopped)
            {
                OnRejected?.Invoke(call.Caller.Local, LinkError.LimitExceeded, reason);
            }

            return null;
        }

        reason = "";
        _links++;
        var (_, end) = SimulatedTransport.Create(call.Plan.ForListener(this), _options, _accept);
        end.Port.Connect(call.Caller, back);
        call.Circuit.Attach(end.Port);
        return end;
    }

    /// <summary>An accepted link is gone. Poller thread.</summary>
    public void OnLinkClosed() => _links--;
}
