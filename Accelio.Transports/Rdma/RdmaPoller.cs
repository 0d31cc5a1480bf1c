using System.Net.Sockets;
using System.Runtime.CompilerServices;
using Accelio.Native.Linux;
using Accelio.Native.Verbs;
using Accelio.Transports.Polling;

namespace Accelio.Transports.Rdma;

/// <summary>
/// What a poller has for RDMA: the event channel of its listeners and links, and a completion queue per device, asked in every duty cycle and armed
/// before the poller sleeps. Made with the first listener or link, gone when the poller has stopped and the last of them is gone. Poller thread
/// only.
/// </summary>
internal sealed class RdmaPoller
{
    private static readonly ConditionalWeakTable<Poller, RdmaPoller> All = [];

    private readonly Dictionary<nint, IRdmaEventTarget> _targets = [];
    private readonly Dictionary<nint, ConnectionId> _leaving = [];
    private readonly List<RdmaCompletions> _completions = [];
    private readonly RdmaEventHandler _handler;
    private bool _stopping;
    private bool _disposed;

    private RdmaPoller(Poller poller)
    {
        if (RdmaSupport.Obstacle is { } obstacle)
        {
            throw RdmaTransport.Unavailable(obstacle);
        }

        Poller = poller;
        Reactor = poller.Sockets as SocketReactor ?? throw new TransportException(
            $"rdma needs a context that watches descriptors by epoll; '{poller.Options.Name}' does not.", SocketError.OperationNotSupported);
        var result = EventChannel.Create(out var channel);
        if (result < 0)
        {
            throw new TransportException($"rdma_create_event_channel: {Errno.Describe(result)}", Errno.ToSocketError(result));
        }

        Channel = channel!;
        poller.Memory.PrefersHugePages = true;
        _handler = new RdmaEventHandler(this);
        Reactor.Add(_handler, Channel.Descriptor, wantRead: true, wantWrite: false);
        poller.OnStopping(() =>
        {
            _stopping = true;
            DisposeUnused();
        });
    }

    /// <summary>The poller.</summary>
    public Poller Poller { get; }

    /// <summary>What watches its descriptors.</summary>
    public SocketReactor Reactor { get; }

    /// <summary>Where connections say what becomes of them.</summary>
    public EventChannel Channel { get; }

    /// <summary>Room for what is being posted.</summary>
    public RdmaChain Chain { get; } = new();

    /// <summary>What a poller has for RDMA.</summary>
    /// <exception cref="TransportException">There is no RDMA here.</exception>
    public static RdmaPoller Of(Poller poller)
    {
        if (All.TryGetValue(poller, out var found) && !found._disposed)
        {
            return found;
        }

        found = new RdmaPoller(poller);
        All.AddOrUpdate(poller, found);
        return found;
    }

    /// <summary>Has the events of an id told to somebody.</summary>
    public void Add(ConnectionId id, IRdmaEventTarget target) => _targets.Add(id.Key, target);

    /// <summary>The id is done with: its events concern nobody any more. One that was connected goes when the peer knows of the end.</summary>
    public void Remove(ConnectionId id, bool lingers)
    {
        _targets.Remove(id.Key);
        if (lingers && !_stopping)
        {
            _leaving.Add(id.Key, id);
        }
        else
        {
            id.Dispose();
        }

        DisposeUnused();
    }

    /// <summary>The completion queue for the device of an id, whose address is known.</summary>
    /// <exception cref="TransportException">There can be none.</exception>
    public unsafe RdmaCompletions CompletionsOf(ConnectionId id)
    {
        foreach (var completions in _completions)
        {
            if (completions.Device.Verbs.Context == id.Device)
            {
                return completions;
            }
        }

        var made = new RdmaCompletions(this, id.LocalAddress!.Address);
        _completions.Add(made);
        return made.Device.Verbs.Context == id.Device
            ? made
            : throw new TransportException($"Two RDMA devices have the address {id.LocalAddress!.Address}: give them different ones.", SocketError.AddressAlreadyInUse);
    }

    /// <summary>The device of a completion queue is gone, and everything that completed into it.</summary>
    public void Remove(RdmaCompletions completions, ConnectionId watch)
    {
        _targets.Remove(watch.Key);
        _completions.Remove(completions);
        completions.Dispose();
    }

    /// <summary>Takes what the event channel has; how much it was.</summary>
    internal int TakeEvents()
    {
        const int Most = 64;
        var count = 0;
        while (count < Most && Channel.Take(out var taken) >= 0)
        {
            count++;
            var key = taken.Kind == ConnectionEventKind.ConnectRequest ? taken.Listener : taken.Id;
            if (_targets.TryGetValue(key, out var target))
            {
                target.OnEvent(taken);
            }
            else if (taken.Kind == ConnectionEventKind.ConnectRequest)
            {
                // The listener has stopped; nobody else knows of the new id.
                using var refused = ConnectionId.Adopt(Channel, taken.Id);
                refused.Reject();
            }
            else if (_leaving.Remove(taken.Id, out var id))
            {
                id.Dispose();
            }
        }

        return count;
    }

    private void DisposeUnused()
    {
        // Completion queues have a target each.
        if (!_stopping || _targets.Count > _completions.Count || _disposed)
        {
            return;
        }

        _disposed = true;
        foreach (var id in _leaving.Values)
        {
            id.Dispose();
        }

        _leaving.Clear();
        foreach (var completions in _completions)
        {
            completions.Dispose();
        }

        Reactor.Remove(_handler);
        Channel.Dispose();
    }
}
