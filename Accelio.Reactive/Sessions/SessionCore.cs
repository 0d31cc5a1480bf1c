using System.Net;
using Accelio.Reactive.Engine;
using Accelio.Transports.Polling;
using Accelio.Transports.Wire;

namespace Accelio.Reactive;

/// <summary>
/// A session over the engine's connections, on either side. Its state belongs to the home context. The aspects: <c>.Connect</c> (clients), <c>.Send</c>, <c>.Serve</c>, <c>.Close</c>.
/// </summary>
internal sealed partial class SessionCore : AccelioSession, IConnectionEvents, IContextResident
{
    private readonly List<ConnectionMachine> _connections = [];
    private readonly EventStream _events;
    private readonly PushStream<AccelioError> _errors;
    private readonly PushStream<DeliveryReceipt> _receipts;
    private readonly ClaimedStream<InboundMessage> _messages;
    private readonly SingleStream<InboundRequest> _requests;
    private readonly TaskCompletionSource _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly AccelioPeerOptions _options;
    private readonly ServerCore? _server;
    private readonly bool _holdsSharedContext;
    private volatile SessionState _state;
    private string _resource = "/";
    private byte[] _acceptedData = [];
    private long _lastId;
    private long _lastForeignId = -1;

    public SessionCore(PollerContext context, AccelioPeerOptions options, string uri, ServerCore? server, bool holdsSharedContext)
    {
        Context = context;
        Settings = EngineSettings.From(options);
        Uri = uri;
        _options = options;
        _server = server;
        _holdsSharedContext = holdsSharedContext;
        _events = new EventStream(context);
        _errors = new PushStream<AccelioError>(context);
        _receipts = new PushStream<DeliveryReceipt>(context);
        _messages = new ClaimedStream<InboundMessage>(context, Claim);
        _requests = new SingleStream<InboundRequest>(context, "Requests of this session", Claim);
        _claim = new ActionItem(DeliverUnclaimed);
        _unclaimedTimer = new UnclaimedTimer(this);
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
    public override EndPoint LocalEndPoint => _localEndPoint;

    /// <inheritdoc/>
    public override EndPoint RemoteEndPoint => _remoteEndPoint;

    /// <inheritdoc/>
    public override ReadOnlyMemory<byte> AcceptedData => _acceptedData;

    /// <inheritdoc/>
    public override Task Closed => _closed.Task;

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
    internal ConnectionMachine? Lead => _state == SessionState.Established && _connections.Count != 0 ? _connections[0] : null;

    /// <summary>Servers: the id by which the client names the session. Context only.</summary>
    internal uint? WireId { get; private set; }

    /// <summary>Servers: takes a client's request over. Context only.</summary>
    internal void Accept(IncomingSession incoming, ReadOnlySpan<byte> privateData)
    {
        _resource = System.Uri.TryCreate(Uri, UriKind.Absolute, out var uri) ? uri.AbsolutePath : "/";
        if (incoming.Accept(this, privateData) is { } connection)
        {
            WireId = connection.LocalId;
        }
        else
        {
            End(new CloseInfo(CloseReason.ConnectionLost, AccelioStatus.SessionDisconnected, "The client was gone before its session was accepted."));
        }
    }

    /// <summary>Servers: enters a connection made by accepting or by a hello. Context only.</summary>
    internal void AddConnection(ConnectionMachine connection)
    {
        if (!_connections.Contains(connection))
        {
            _connections.Add(connection);
        }
    }

    /// <inheritdoc/>
    void IConnectionEvents.OnEstablished(ConnectionMachine connection, ReadOnlySpan<byte> privateData)
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

        _localEndPoint = connection.Machine.Link.LocalEndPoint;
        _remoteEndPoint = connection.Machine.Link.RemoteEndPoint;
        _state = SessionState.Established;
        _events.PushEvent(new SessionEstablished());
        FinishConnecting(null);
    }

    /// <inheritdoc/>
    void IConnectionEvents.OnReceipt(ConnectionMachine connection, MessageId id, bool accepted) => _receipts.Push(new DeliveryReceipt(id, accepted));

    /// <inheritdoc/>
    void IConnectionEvents.OnError(ConnectionMachine connection, AccelioStatus status, string detail) => _errors.Push(new AccelioError(status, detail));
}
