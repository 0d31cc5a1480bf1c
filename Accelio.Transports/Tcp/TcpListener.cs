using System.Net;
using Accelio.Transports.Polling;
using Accelio.Transports.Streams;
using Accelio.Transports.Wire;

namespace Accelio.Transports.Tcp;

/// <summary>Accepts sockets, reads what each is for, puts pairs together, and makes links of them (wire protocol, section 3). Everything
/// is limited in time and number.</summary>
internal sealed partial class TcpListener : IListener
{
    private const long AcceptBackOff = TimeSpan.TicksPerMillisecond * 100;

    private readonly LinkPlaces _places;
    private readonly TcpAcceptor _acceptor;
    private readonly TcpAcceptTimer _acceptTimer;
    private readonly HashSet<TcpNewcomer> _newcomers = [];
    private readonly Dictionary<TcpPairKey, TcpNewcomer> _halves = [];

    // Links of other pollers count, too.
    private int _unconfigured;
    private int _links;

    private TcpListener(Poller poller, LinkOptions options, LinkPlaces places, TcpSocket socket, IPEndPoint local)
    {
        Poller = poller;
        Options = options;
        LocalEndPoint = local;
        _places = places;
        _acceptor = new TcpAcceptor(this, socket);
        _acceptTimer = new TcpAcceptTimer(this);
        socket.Watch(_acceptor, wantRead: true);
    }

    /// <summary>The poller of the listener; its links live at their places.</summary>
    public Poller Poller { get; }

    /// <summary>Settings and limits of the links.</summary>
    public LinkOptions Options { get; }

    /// <inheritdoc/>
    public EndPoint LocalEndPoint { get; }

    /// <summary>Whether nothing is accepted any more.</summary>
    public bool IsStopped { get; private set; }

    /// <inheritdoc/>
    public Action<EndPoint?, LinkError, string>? OnRejected { get; set; }

    /// <summary>Sockets and links that are not set up yet.</summary>
    public int PendingCount => _newcomers.Count + Volatile.Read(ref _unconfigured);

    /// <summary>Links that are alive.</summary>
    public int LinkCount => Volatile.Read(ref _links);

    /// <inheritdoc/>
    public void Stop()
    {
        if (IsStopped)
        {
            return;
        }

        IsStopped = true;
        Poller.Timers.Cancel(_acceptTimer);
        _acceptor.Socket.Dispose();
        foreach (var newcomer in _newcomers)
        {
            Poller.Timers.Cancel(newcomer.Timer);
            newcomer.Socket.Dispose();
        }

        _newcomers.Clear();
        _halves.Clear();
    }

    /// <summary>A socket was accepted.</summary>
    internal void Accepted(TcpSocket socket, IPEndPoint? remote, long now)
    {
        if (remote is null || PendingCount >= Options.MaxPendingLinks || LinkCount + _newcomers.Count >= Options.MaxLinks)
        {
            socket.Dispose();
            OnRejected?.Invoke(remote, LinkError.LimitExceeded, $"{PendingCount} links are being set up and {LinkCount} are alive");
            return;
        }

        var newcomer = new TcpNewcomer(this, socket, remote);
        _newcomers.Add(newcomer);
        socket.Watch(newcomer, wantRead: true);
        Poller.Timers.Schedule(newcomer.Timer, StreamLinkTimer.Deadline(now, Options.SetupTimeout));
    }

    /// <summary>No descriptors are left: stops accepting for a moment.</summary>
    internal void BackOff(long now)
    {
        _acceptor.Socket.Update(wantRead: false, wantWrite: false);
        Poller.Timers.Schedule(_acceptTimer, now + AcceptBackOff);
    }

    /// <summary>Accepts again.</summary>
    internal void GoOn() => _acceptor.Socket.Update(wantRead: true, wantWrite: false);

    /// <summary>A socket is useless.</summary>
    internal void Reject(TcpNewcomer newcomer, LinkError error, string detail)
    {
        Forget(newcomer);
        newcomer.Socket.Dispose();
        OnRejected?.Invoke(newcomer.Remote, error, detail);
    }

    /// <summary>A socket has said what it is for.</summary>
    internal void Introduced(TcpNewcomer newcomer)
    {
        if (newcomer.Message.Kind == SocketKind.Single)
        {
            Forget(newcomer);
            Open(newcomer, data: null);
        }
        else if (!_halves.TryGetValue(newcomer.Key.Twin, out var twin))
        {
            AwaitTwin(newcomer);
        }
        else if (twin.Message.Kind == newcomer.Message.Kind)
        {
            Reject(newcomer, LinkError.BadConnectMessage, $"sock_type: both sockets of the pair are {newcomer.Message.Kind}");
        }
        else
        {
            Forget(newcomer);
            Forget(twin);
            var newcomerIsControl = newcomer.Message.Kind == SocketKind.Control;
            Open(newcomerIsControl ? newcomer : twin, newcomerIsControl ? twin : newcomer);
        }
    }

    /// <summary>A link has been set up. On its poller.</summary>
    internal void LinkConfigured() => Interlocked.Decrement(ref _unconfigured);

    /// <summary>A link has closed. On its poller.</summary>
    internal void LinkClosed(bool wasConfigured)
    {
        Interlocked.Decrement(ref _links);
        if (!wasConfigured)
        {
            Interlocked.Decrement(ref _unconfigured);
        }
    }

    /// <summary>Makes the link of sockets that have come to their place. On its poller.</summary>
    internal void OpenAt(LinkPlace place, TcpSocket control, TcpSocket? data, IPEndPoint remote)
    {
        var link = TcpLink.Accept(this, place.Poller, control, data, remote);
        ILinkSink sink;
        try
        {
            sink = place.Accept(link);
        }
        catch (Exception failure)
        {
            place.Poller.ReportUnhandled(failure);
            link.Abort(LinkError.Aborted, "the owner of the listener failed to take the link");
            return;
        }

        link.Start(sink);
    }

    private void AwaitTwin(TcpNewcomer newcomer)
    {
        // The client may go on at once with its set-up message: it is read when the twin is there.
        newcomer.Socket.Update(wantRead: false, wantWrite: false);
        if (!_halves.TryAdd(newcomer.Key, newcomer))
        {
            var detail = $"second_port: two sockets from port {newcomer.Remote.Port} name {newcomer.Message.SecondPort}";
            Reject(newcomer, LinkError.BadConnectMessage, detail);
        }
    }

    private void Open(TcpNewcomer control, TcpNewcomer? data)
    {
        var local = control.Socket.LocalEndPoint ?? (IPEndPoint)LocalEndPoint;
        TcpSocketOptions.Apply(control.Socket, local, control.Remote, Options);
        if (data is not null)
        {
            TcpSocketOptions.Apply(data.Socket, local, data.Remote, Options);
        }

        Interlocked.Increment(ref _links);
        Interlocked.Increment(ref _unconfigured);
        var place = _places.Next(control.Remote);
        if (place.Poller.Sockets?.GetType() != Poller.Sockets?.GetType())
        {
            // One that was booked: a socket stays with the engine that has accepted it.
            place = _places.All[0];
        }

        if (ReferenceEquals(place.Poller, Poller))
        {
            OpenAt(place, control.Socket, data?.Socket, control.Remote);
            return;
        }

        // Only now is it known which sockets belong together. Nothing was read of them but what they are for.
        var handOver = new TcpHandOver(this, place, control, data);
        if (!place.Poller.Post(handOver))
        {
            handOver.Drop();
            LinkClosed(wasConfigured: false);
        }
    }

    private void Forget(TcpNewcomer newcomer)
    {
        _newcomers.Remove(newcomer);
        if (newcomer.IsIntroduced && _halves.TryGetValue(newcomer.Key, out var half) && half == newcomer)
        {
            _halves.Remove(newcomer.Key);
        }

        Poller.Timers.Cancel(newcomer.Timer);
    }
}
