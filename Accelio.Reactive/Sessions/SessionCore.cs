using System.Net;
using Accelio.Reactive.Engine;
using Accelio.Transports.Polling;
using Accelio.Transports.Wire;

namespace Accelio.Reactive;

/// <summary>
/// A session and its connections, on either side. Its state belongs to the home context. The aspects: <c>.Connect</c> (clients), <c>.Send</c>, <c>.Close</c>; what arrives is in
/// <see cref="ConnectionCore"/>.
/// </summary>
internal sealed partial class SessionCore : AccelioSession, IContextResident, IServedSession
{
    private readonly EventStream _events;
    private readonly PushStream<AccelioError> _errors;
    private readonly PushStream<DeliveryReceipt> _receipts;
    private readonly ClaimedStream<InboundMessage> _messages;
    private readonly SingleStream<InboundRequest> _requests;
    private readonly Signal _closed;
    private readonly AccelioPeerOptions _options;
    private readonly ServerCore? _server;
    private readonly bool _holdsSharedContext;
    private readonly WideSession? _whole;
    private volatile SessionState _state;

    // Replaced whole by the context, so that any thread may read it.
    private volatile ConnectionCore[] _connections = [];
    private byte[] _acceptedData = [];
    private long _lastId;
    private long _lastForeignId = -1;

    public SessionCore(PollerContext context, AccelioPeerOptions options, string uri, ServerCore? server, bool holdsSharedContext, WideSession? whole = null, int index = 0)
    {
        _whole = whole;
        Index = index;
        Context = context;
        Settings = EngineSettings.From(options);
        Copies = new SendBudget(options.SendBudget);
        Uri = uri;
        Resource = ResourcePath.Of(uri);
        _closed = new Signal(context);
        _connected = new Signal(context);
        _options = options;
        _server = server;
        _holdsSharedContext = holdsSharedContext;
        _events = new EventStream(context);
        _errors = new PushStream<AccelioError>(context);
        _receipts = new PushStream<DeliveryReceipt>(context);
        _messages = new ClaimedStream<InboundMessage>(context, PostClaim);
        _requests = new SingleStream<InboundRequest>(context, "Requests of this session", PostClaim);
    }

    /// <summary>The home context.</summary>
    public PollerContext Context { get; }

    /// <summary>The session that users see: this one, or the one over several contexts that this is a part of.</summary>
    public AccelioSession Whole => _whole is null ? this : _whole;

    /// <summary>The number of the part in its session.</summary>
    public int Index { get; }

    /// <summary>The home context's poller.</summary>
    public Poller Poller => Context.Poller;

    /// <summary>The settings.</summary>
    public EngineSettings Settings { get; }

    /// <inheritdoc/>
    public override AccelioContext HomeContext => Context;

    /// <inheritdoc/>
    public override SessionState State => _state;

    /// <inheritdoc/>
    public override string Uri { get; }

    /// <inheritdoc/>
    public override string Resource { get; }

    /// <inheritdoc/>
    public override EndPoint LocalEndPoint => _localEndPoint;

    /// <inheritdoc/>
    public override EndPoint RemoteEndPoint => _remoteEndPoint;

    /// <inheritdoc/>
    public override ReadOnlyMemory<byte> AcceptedData => _acceptedData;

    /// <inheritdoc/>
    public override Task Closed => _closed.Task;

    /// <inheritdoc/>
    public override IReadOnlyList<AccelioConnection> Connections => Array.AsReadOnly<AccelioConnection>(_connections);

    /// <inheritdoc/>
    public override IObservable<AccelioSessionEvent> Events => _events;

    /// <inheritdoc/>
    public override IObservable<AccelioError> Errors => _errors;

    /// <inheritdoc/>
    public override IObservable<DeliveryReceipt> Receipts => _receipts;

    /// <inheritdoc/>
    public override IObservable<InboundMessage> Messages => _messages;

    /// <inheritdoc/>
    public override IObservable<InboundRequest> Requests => _requests;

    /// <inheritdoc/>
    public override IDisposable Handle(Func<InboundRequest, ValueTask> handler) => _requests.Handle(handler);

    /// <summary>The server that accepted the session; null for clients.</summary>
    internal ServerCore? Server => _server;

    /// <summary>The observers of messages of all connections.</summary>
    internal PushStream<InboundMessage> MessageStream => _messages;

    /// <summary>The consumer of requests of connections that have none of their own.</summary>
    internal SingleStream<InboundRequest> RequestStream => _requests;

    private static CloseInfo ClientGone => new(CloseReason.ConnectionLost, AccelioStatus.SessionDisconnected, "The client was gone before its session was accepted.");

    private SessionPeer _peer;
    private EndPoint _localEndPoint = new IPEndPoint(IPAddress.None, 0);
    private EndPoint _remoteEndPoint = new IPEndPoint(IPAddress.None, 0);

    /// <summary>The flags of the session header that options stand for.</summary>
    public static uint WireFlags(MessageOptions options, OutgoingKind kind)
    {
        var flags = kind == OutgoingKind.Deliver || (options & MessageOptions.RequestReceipt) != 0 ? MessageFlags.RequestReadReceipt : 0;
        if (kind != OutgoingKind.Request && (options & MessageOptions.ImmediateReceipt) != 0)
        {
            flags |= MessageFlags.ImmediateReadReceipt;
        }

        return (options & MessageOptions.LastInBatch) != 0 ? flags | MessageFlags.LastInBatch : flags;
    }

    /// <summary>Whether there ever was a connection. Context only.</summary>
    internal bool WasEstablished { get; private set; }

    /// <summary>Servers: the id by which the client names the session. Context only.</summary>
    internal uint? WireId { get; private set; }

    /// <summary>Servers: takes a client's request over. Context only.</summary>
    internal void Accept(IncomingSession incoming, ReadOnlySpan<byte> privateData)
    {
        var key = SessionKeys.New(Context.Entropy);
        _peer = incoming.ToPeer(key);
        WireId = _server!.Directory.Enter(this, incoming.Link, Context.Entropy);
        AcceptAs(WireId.Value, key, incoming, privateData);
    }

    /// <summary>Servers: the same for a session that has its id and key. Context only.</summary>
    internal void AcceptAs(uint id, UInt128 key, IncomingSession incoming, ReadOnlySpan<byte> privateData)
    {
        if (incoming.Accept(NewConnection(), privateData, id, key) is null)
        {
            End(ClientGone);
        }
    }

    /// <summary>Servers: a connection that its client adds. Context only.</summary>
    internal void Greet(IncomingHello hello, in SessionPeer peer)
    {
        var id = hello.HasConnectionId ? _server!.Directory.Reserve(hello.Link, Context.Entropy) : hello.SessionId;
        if (hello.Accept(NewConnection(), id, peer) is not null)
        {
            return;
        }

        if (hello.HasConnectionId)
        {
            _server!.Directory.Remove(id);
        }

        if (_whole is not null)
        {
            End(ClientGone);
        }
    }

    /// <inheritdoc/>
    void IServedSession.OnHello(ServerCore portal, IncomingHello hello)
    {
        if (SessionKeys.IsForeign(hello, _peer))
        {
            return;
        }

        Mover?.BreakOff(MigrationRun.IsAddedTo);
        if (_state == SessionState.Established)
        {
            Greet(hello, _peer);
        }
        else
        {
            hello.Refuse($"hello for session 0x{hello.SessionId:x8}, which is closing");
        }
    }

    /// <summary>A connection that is about to be made; the first is the lead. Context only.</summary>
    internal ConnectionCore NewConnection() => new(this, _options, isLead: _connections.Length == 0);

    /// <summary>Consumers have come: what waited is delivered, connection by connection. Context only.</summary>
    internal void Claim()
    {
        foreach (var connection in _connections)
        {
            connection.Claim();
        }
    }

    /// <summary>A connection is set up: messages flow on it. Context only.</summary>
    internal void OnEstablished(ConnectionCore connection, ReadOnlySpan<byte> privateData)
    {
        if (_unanswered?.Contains(connection) == true)
        {
            return;
        }

        AddConnection(connection);
        connection.Path = _route?.Current;
        NoteServer();
        if (_moving is not null && ReferenceEquals(connection, _asking))
        {
            (_localEndPoint, _remoteEndPoint) = (connection.LocalEndPoint, connection.RemoteEndPoint);
            if (_helloPeer is null)
            {
                _acceptedData = privateData.ToArray();
            }

            _whole?.PartEstablished(this, connection);
            if (_isLeading && _helloPeer is null)
            {
                _whole!.PartAccepted(this, JointOf(connection));
            }

            StandBy();
            EndMoving();
            return;
        }

        if (_state != SessionState.Connecting)
        {
            return;
        }

        if (_acceptedData.Length == 0)
        {
            _acceptedData = privateData.ToArray();
        }

        _localEndPoint = connection.LocalEndPoint;
        _remoteEndPoint = connection.RemoteEndPoint;
        _state = SessionState.Established;
        WasEstablished = true;
        _events.Push(new SessionEstablished());
        FinishConnecting(null);
        StandBy();
        if (_whole is { IsClient: true } && _helloPeer is null)
        {
            _whole.PartAccepted(this, JointOf(connection));
        }

        _whole?.PartEstablished(this, connection);
    }

    private SessionJoint JointOf(ConnectionCore connection) =>
        new(connection.Machine.ToPeer(), connection.Machine.LocalId, [AddressOf(connection, Target)], AddressOf(connection, Target), _places, _movedTo);

    /// <summary>The machine that took the session: its name may stand for several.</summary>
    private static string AddressOf(ConnectionCore connection, string target) =>
        connection.RemoteEndPoint is IPEndPoint ip ? $"{new Uri(target).Scheme}://{ip}" : target;

    /// <summary>A receipt that nobody awaits. Context only.</summary>
    internal void OnReceipt(MessageId id, bool accepted)
    {
        if (_whole is null)
        {
            _receipts.Push(new DeliveryReceipt(id, accepted));
        }
        else
        {
            _whole.PartReceipt(new DeliveryReceipt(id, accepted));
        }
    }

    /// <summary>Pushes an error that is nobody's return value. Context only.</summary>
    internal void ReportError(AccelioStatus status, string message)
    {
        if (_whole is null)
        {
            _errors.Push(new AccelioError(status, message));
        }
        else
        {
            _whole.PartError(new AccelioError(status, message));
        }
    }

    /// <summary>A one-way message was no value of the type that a consumer wants, and was rejected. Any thread.</summary>
    internal void OnUnreadable(SerializationFailedException exception)
    {
        AccelioLog.Unreadable(Context.Log, Uri, exception);
        RunOnContext(() => ReportError(exception.Status, exception.Message));
    }

    /// <summary>A handler of one-way messages threw. Any thread.</summary>
    internal void OnMessageHandlerFailed(Exception exception) => RunOnContext(() => Context.ReportUnhandled(exception));

    /// <summary>Runs something on the context: now, if this is its thread.</summary>
    /// <returns>False when the context has stopped.</returns>
    internal bool RunOnContext(Action action)
    {
        if (!Poller.IsCurrent)
        {
            return Poller.Post(new ActionItem(action));
        }

        action();
        return true;
    }

    private void PostClaim() => Poller.Post(new ActionItem(Claim));

    private void AddConnection(ConnectionCore connection)
    {
        if (Array.IndexOf(_connections, connection) < 0)
        {
            _connections = [.. _connections, connection];
        }
    }

    private bool RemoveConnection(ConnectionCore connection)
    {
        var before = _connections;
        _connections = Array.FindAll(before, other => !ReferenceEquals(other, connection));
        return _connections.Length != before.Length;
    }
}
