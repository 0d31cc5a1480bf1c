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

    /// <summary>Who listens at an address, or null.</summary>
    public SimulatedListener? Find(SimulatedEndPoint address) => _listeners.GetValueOrDefault(address);

    /// <summary>Enters a listener. Throws <see cref="TransportException"/> when the address is taken.</summary>
    public void Add(SimulatedListener listener)
    {
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

    /// <summary>Makes the way from one address to another, for the thread of the sending end. Here it has no delay.</summary>
    public virtual SimulatedPath CreatePath(SimulatedEndPoint from, SimulatedEndPoint to, Poller target) => new DirectPath(target);
}
