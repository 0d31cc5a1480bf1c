using System.Net;
using Accelio.Reactive.Engine;
using Accelio.Transports.Polling;
using Accelio.Transports.Wire;

namespace Accelio.Reactive;

/// <summary>
/// A session and its connections, on either side. Its state belongs to the home context. The aspects: <c>.Connect</c> (clients), <c>.Send</c>, <c>.Close</c>; what arrives is in
/// <see cref="ConnectionCore"/>.
/// </summary>
internal sealed partial class SessionCore : AccelioSession, IContextResident
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
    private volatile SessionState _state;

    // Replaced whole by the context, so that any thread may read it.
    private volatile ConnectionCore[] _connections = [];
    private byte[] _acceptedData = [];
    private long _lastId;
    private long _lastForeignId = -1;

    public SessionCore(PollerContext context, AccelioPeerOptions options, string uri, ServerCore? server, bool holdsSharedContext)
    {
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

    /// <summary>Whether another connection may be added, and one that is there. Context only.</summary>
    internal ConnectionMachine? Lead => _state == SessionState.Established && _connections.Length != 0 ? _connections[0].Machine : null;

    /// <summary>Servers: the id by which the client names the session. Context only.</summary>
    internal uint? WireId { get; private set; }

    /// <summary>Servers: takes a client's request over. Context only.</summary>
    internal void Accept(IncomingSession incoming, ReadOnlySpan<byte> privateData)
    {
        if (incoming.Accept(NewConnection(), privateData) is { } connection)
        {
            WireId = connection.LocalId;
        }
        else
        {
            End(new CloseInfo(CloseReason.ConnectionLost, AccelioStatus.SessionDisconnected, "The client was gone before its session was accepted."));
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
        AddConnection(connection);
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
        _events.Push(new SessionEstablished());
        FinishConnecting(null);
    }

    /// <summary>A receipt that nobody awaits. Context only.</summary>
    internal void OnReceipt(MessageId id, bool accepted) => _receipts.Push(new DeliveryReceipt(id, accepted));

    /// <summary>Pushes an error that is nobody's return value. Context only.</summary>
    internal void ReportError(AccelioStatus status, string message) => _errors.Push(new AccelioError(status, message));

    /// <summary>A one-way message was no value of the type that a consumer wants, and was rejected. Any thread.</summary>
    internal void OnUnreadable(SerializationFailedException exception)
    {
        AccelioLog.Unreadable(Context.Log, Uri, exception);
        RunOnContext(() => ReportError(exception.Status, exception.Message));
    }

    /// <summary>A handler of one-way messages threw. Any thread.</summary>
    internal void OnMessageHandlerFailed(Exception exception) => RunOnContext(() => Context.ReportUnhandled(exception));

    /// <summary>Runs something on the context: now, if this is its thread.</summary>
    internal void RunOnContext(Action action)
    {
        if (Poller.IsCurrent)
        {
            action();
        }
        else
        {
            Poller.Post(new ActionItem(action));
        }
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
