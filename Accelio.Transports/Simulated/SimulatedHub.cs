using System.Collections.Concurrent;
using System.Net.Sockets;
using Accelio.Transports.Polling;

namespace Accelio.Transports.Simulated;

/// <summary>
/// One simulated network inside this process: who listens where, and how bytes travel. Nothing on one hub reaches another. Any thread.
/// </summary>
internal class SimulatedHub
{
    private const int FirstEphemeralPort = 49152;
    private const int EphemeralPorts = 65536 - FirstEphemeralPort;

    private readonly ConcurrentDictionary<SimulatedEndPoint, SimulatedListener> _listeners = new();
    private int _lastPort = -1;

    /// <summary>Hosts, ways and links.</summary>
    public SimulatedWires Wires { get; } = new();

    /// <summary>Who listens at an address, or null.</summary>
    public SimulatedListener? Find(SimulatedEndPoint address) => _listeners.GetValueOrDefault(address);

    /// <summary>Enters a listener. Throws <see cref="TransportException"/> when the address is taken.</summary>
    public void Add(SimulatedListener listener)
    {
        Wires.Declare(listener.Address.Host);
        if (!_listeners.TryAdd(listener.Address, listener))
        {
            throw new TransportException($"The simulated address {listener.Address} is in use.", SocketError.AddressAlreadyInUse);
        }
    }

    /// <summary>Removes a listener.</summary>
    public void Remove(SimulatedListener listener) => _listeners.TryRemove(new(listener.Address, listener));

    /// <summary>A port of the host on which nobody listens.</summary>
    public int ChoosePort(string host)
    {
        for (var i = 0; i < EphemeralPorts; i++)
        {
            var port = FirstEphemeralPort + (int)((uint)Interlocked.Increment(ref _lastPort) % EphemeralPorts);
            if (!_listeners.ContainsKey(new SimulatedEndPoint(host, port)))
            {
                return port;
            }
        }

        throw new TransportException($"The simulated host {host} has no port left.", SocketError.AddressAlreadyInUse);
    }

    /// <summary>Removes all listeners of a host.</summary>
    public void RemoveAll(string host)
    {
        foreach (var address in _listeners.Keys)
        {
            if (address.Host == host)
            {
                _listeners.TryRemove(address, out _);
            }
        }
    }

    /// <summary>Makes one direction of a link, for the thread of the sending end.</summary>
    /// <param name="call">The call that opens the link.</param>
    /// <param name="from">Where the direction begins.</param>
    /// <param name="to">Where it ends.</param>
    /// <param name="target">The poller there.</param>
    public virtual SimulatedPath CreatePath(SimulatedCall call, SimulatedEndPoint from, SimulatedEndPoint to, Poller target) =>
        call.Circuit.CreatePath(Wires.Way(from.Host, to.Host), isBack: from.Equals(call.Caller.Remote), target);
}
