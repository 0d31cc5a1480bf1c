using System.Net;
using Accelio.Reactive.Engine;
using Accelio.Transports;
using Accelio.Transports.Simulated;

namespace Accelio.Reactive;

/// <summary>A server on one context: its listeners, its links, its sessions, and who serves their requests. Alone, or a portal of a server over several contexts.</summary>
internal sealed partial class ServerCore : AccelioServer, ILinkHost, IContextResident
{
    // Connections of C clients that wait for them at a time.
    private const int MaxWaiting = 1024;

    private readonly AccelioServerOptions _options;
    private readonly EngineSettings _settings;
    private readonly bool _holdsSharedContext;
    private readonly HashSet<LinkMachine> _links = [];
    private readonly HashSet<SessionCore> _sessions = [];
    private readonly SingleStream<SessionRequest> _sessionRequests;
    private readonly PushStream<AccelioSession> _sessionStream;
    private readonly ClaimedStream<InboundMessage> _messages;
    private readonly SingleStream<InboundRequest> _requests;
    private readonly Signal _closed;
    private readonly HashSet<ServerSessionRequest> _pending = [];
    private readonly CloseTimer _closeTimer;
    private readonly List<IListener> _listeners = [];
    private readonly WideServer? _whole;
    private readonly ReconnectTable? _reconnects;
    private Uri _endPoint;
    private volatile bool _isClosing;
    private bool _isResident;
    private bool _isDraining;
    private bool _hasClosed;

    public ServerCore(PollerContext context, AccelioServerOptions options, Uri endPoint, bool holdsSharedContext, WideServer? whole = null)
    {
        _whole = whole;
        Directory = whole?.Directory ?? new SessionDirectory();
        Portals = [new PortalCore(this)];
        Context = context;
        _closed = new Signal(context);
        _options = options;
        _settings = EngineSettings.From(options);
        if (options.Resume)
        {
            _settings = _settings with { InstanceId = whole?.InstanceId ?? SessionKeys.New(context.Entropy) };
        }

        _endPoint = endPoint;
        _holdsSharedContext = holdsSharedContext;
        _reconnects = options.ResumeCPeers ? new ReconnectTable(context.Entropy, MaxWaiting) : null;
        _closeTimer = new CloseTimer(this);
        _sessionRequests = new SingleStream<SessionRequest>(context, "SessionRequests", static () => { });
        _sessionStream = new PushStream<AccelioSession>(context);
        _messages = new ClaimedStream<InboundMessage>(context, ClaimAll);
        _requests = new SingleStream<InboundRequest>(context, "Requests of this server", ClaimAll);
    }

    /// <summary>The context.</summary>
    public PollerContext Context { get; }

    /// <inheritdoc/>
    public override Uri EndPoint => _endPoint;

    /// <inheritdoc/>
    public override AccelioContext HomeContext => Context;

    /// <inheritdoc/>
    public override IReadOnlyList<AccelioPortal> Portals { get; }

    /// <summary>The ids that clients know.</summary>
    public SessionDirectory Directory { get; }

    /// <summary>The server over several contexts that this is a portal of; null when it is alone.</summary>
    public WideServer? Whole => _whole;

    /// <summary>Whether new sessions and connections are taken. Any thread.</summary>
    public bool IsOpen => !_isClosing && !Context.IsDisposed;

    /// <inheritdoc/>
    public override IObservable<SessionRequest> SessionRequests => _sessionRequests;

    /// <inheritdoc/>
    public override IObservable<AccelioSession> Sessions => _sessionStream;

    /// <inheritdoc/>
    public override IObservable<InboundRequest> Requests => _requests;

    /// <inheritdoc/>
    public override IObservable<InboundMessage> Messages => _messages;

    /// <summary>Whether somebody observes the messages of all sessions, or of those for the resource. Context only.</summary>
    internal bool HasMessageObserversFor(string resource) => _messages.HasObservers || StreamFor(resource) is { HasObservers: true };

    /// <summary>The consumer of requests that have no other.</summary>
    internal SingleStream<InboundRequest> RequestStream => _requests;

    /// <summary>Starts listening. Context only.</summary>
    /// <exception cref="TransportException">The address cannot be bound.</exception>
    /// <exception cref="ObjectDisposedException">The context is ending.</exception>
    public void Listen(ITransport transport, EndPoint address)
    {
        LinksStay = transport is not ISpreadingTransport;
        Listen(() => transport is ISpreadingTransport spreading
            ? spreading.Listen(Context.Poller, address, LinkSettings.From(_options), new LinkPlaces([Place], _whole?.Bookings))
            : transport.Listen(Context.Poller, address, LinkSettings.From(_options), Accept));
    }

    /// <summary>Starts listening for several servers, on whose contexts the links live in turn. Context only.</summary>
    /// <exception cref="TransportException">The address cannot be bound.</exception>
    /// <exception cref="ObjectDisposedException">The context is ending.</exception>
    public void Listen(ISpreadingTransport transport, EndPoint address, IEnumerable<ServerCore> servers)
    {
        var places = new LinkPlaces([.. servers.Select(server => server.Place)], _whole?.Bookings);
        Listen(() => transport.Listen(Context.Poller, address, LinkSettings.From(_options), places));
    }

    /// <summary>Joins a server on another context, which listens for this one, too. Context only.</summary>
    public void ListenAs(Uri endPoint)
    {
        Enter();
        _endPoint = endPoint;
    }

    private LinkPlace Place => new(Context.Poller, Accept);

    private void Enter()
    {
        if (!_isResident && !Context.TryAdd(this))
        {
            throw Context.Disposed("nothing can listen on it");
        }

        _isResident = true;
    }

    private void Listen(Func<IListener> listen)
    {
        Enter();
        IListener listener;
        try
        {
            listener = listen();
        }
        catch
        {
            if (_listeners.Count == 0)
            {
                _isResident = false;
                Context.Remove(this);
            }

            throw;
        }

        listener.OnRejected = LogFailure;
        _listeners.Add(listener);
        _endPoint = new UriBuilder(_endPoint) { Port = PortOf(listener.LocalEndPoint) }.Uri;
    }

    /// <summary>The port of an address.</summary>
    internal static int PortOf(EndPoint address) => address switch
    {
        IPEndPoint bound => bound.Port,
        SimulatedEndPoint bound => bound.Port,
        _ => throw new InvalidOperationException($"{address} has no port."),
    };

    /// <inheritdoc/>
    public override ValueTask StopListeningAsync()
    {
        Context.Poller.DemandCaller();
        var done = new Signal(Context);
        var item = new ActionItem(() =>
        {
            StopListening();
            done.Set();
        });
        if (Context.Poller.IsCurrent)
        {
            item.Execute();
        }
        else if (!Context.Poller.Post(item))
        {
            return default;
        }

        return done.WaitAsync();
    }

    /// <inheritdoc/>
    public void OnLinkReady(LinkMachine link)
    {
    }

    /// <inheritdoc/>
    public void OnHello(LinkMachine link, IncomingHello hello)
    {
        var session = Directory.Find(hello.SessionId);
        if (hello.Resume is not null && session is not null)
        {
            // Taken while the server closes, too: what was begun is to end.
            session.OnReturn(this, hello);
            return;
        }

        if (_isClosing || session is null)
        {
            hello.Refuse($"hello for session 0x{hello.SessionId:x8}, which is not here");
            return;
        }

        session.OnHello(this, hello);
    }

    /// <inheritdoc/>
    public void OnLinkIdle(LinkMachine link)
    {
    }

    /// <inheritdoc/>
    public void OnLinkClosed(LinkMachine link, LinkError error, string detail)
    {
        _links.Remove(link);
        foreach (var request in _pending.Where(request => ReferenceEquals(request.Link, link)).ToArray())
        {
            request.Leave();
        }

        LogFailure(link.Link.RemoteEndPoint, error, detail);
        FinishClosing();
    }

    /// <inheritdoc/>
    public void OnLinkNote(LinkMachine link, LinkNote note, string detail) => AccelioLog.LinkNote(Context.Log, link.Link.RemoteEndPoint, note, detail);

    /// <summary>A session has ended.</summary>
    internal void Remove(SessionCore session)
    {
        _sessions.Remove(session);
        if (session.WireId is { } id)
        {
            Directory.Remove(id, session);
        }

        FinishClosing();
    }

    private LinkMachine Accept(Link link)
    {
        var machine = new LinkMachine(this, _settings, Context.Poller, Context.Messages, Context.Budget, Context.Entropy, isClient: false)
        {
            Reconnects = _reconnects,
        };
        machine.Attach(link);
        _links.Add(machine);
        return machine;
    }

    /// <summary>Peers may come and go as they like; what they did wrong, or not in time, is worth a line.</summary>
    private void LogFailure(EndPoint? peer, LinkError error, string detail)
    {
        if (LinkErrors.IsViolation(error)
            || error is LinkError.SetupTimeout or LinkError.KeepAliveExpired or LinkError.BodyStalled or LinkError.SendStalled
                or LinkError.ConsumerTooSlow)
        {
            AccelioLog.LinkFailed(Context.Log, peer, error, detail);
        }
    }

    private void StopListening()
    {
        foreach (var listener in _listeners)
        {
            listener.Stop();
        }
    }
}
