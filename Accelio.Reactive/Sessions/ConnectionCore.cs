using System.Net;
using Accelio.Reactive.Engine;
using Accelio.Transports.Polling;

namespace Accelio.Reactive;

/// <summary>
/// A connection of a session over the engine's: its streams, its consumers, and what waits for them. Context only, but for the verbs. The aspects: <c>.Serve</c> (what arrives), <c>.Send</c>.
/// </summary>
internal sealed partial class ConnectionCore : AccelioConnection, IConnectionEvents
{
    private readonly SessionCore _session;
    private readonly AccelioPeerOptions _options;
    private readonly ClaimedStream<InboundMessage> _messages;
    private readonly SingleStream<InboundRequest> _requests;
    private readonly Signal _ended;
    private ConnectionMachine? _machine;
    private EndPoint? _localEndPoint;
    private EndPoint? _remoteEndPoint;
    private volatile bool _hasEnded;

    public ConnectionCore(SessionCore session, AccelioPeerOptions options, bool isLead)
    {
        _session = session;
        _options = options;
        IsLead = isLead;
        _ended = new Signal(session.Context);
        _messages = new ClaimedStream<InboundMessage>(session.Context, Claim);
        _requests = new SingleStream<InboundRequest>(session.Context, "Requests of this connection", Claim);
        _shared = new SharedRegions(this, session.Context);
        _claim = new ActionItem(DeliverUnclaimed);
        _unclaimedTimer = new UnclaimedTimer(this);
    }

    /// <summary>The engine's connection; throws before there is one.</summary>
    public ConnectionMachine Machine => _machine ?? throw new InvalidOperationException("The connection is not there yet.");

    /// <summary>The context's poller.</summary>
    public Poller Poller => _session.Poller;

    /// <inheritdoc/>
    public override AccelioSession Session => _session.Whole;

    /// <summary>The session or the part of one that the connection carries.</summary>
    public SessionCore Core => _session;

    /// <inheritdoc/>
    public override AccelioContext Context => _session.Context;

    /// <inheritdoc/>
    public override EndPoint LocalEndPoint => _localEndPoint ?? Machine.Machine.Link.LocalEndPoint;

    /// <inheritdoc/>
    public override EndPoint RemoteEndPoint => _remoteEndPoint ?? Machine.Machine.Link.RemoteEndPoint;

    /// <inheritdoc/>
    public override bool IsLead { get; }

    /// <inheritdoc/>
    public override int QueuedMessages => Machine.QueuedMessages;

    /// <inheritdoc/>
    public override long QueuedBytes => Machine.QueuedBytes;

    /// <inheritdoc/>
    public override int OutstandingMessages => _machine is { } machine ? machine.QueuedMessages + machine.UnansweredMessages : 0;

    /// <inheritdoc/>
    public override IObservable<InboundMessage> Messages => _messages;

    /// <inheritdoc/>
    public override IObservable<InboundRequest> Requests => _requests;

    /// <inheritdoc/>
    public override AccelioConnectionSnapshot GetSnapshot()
    {
        // So that a caller in a loop sees the figures change.
        Volatile.ReadBarrier();
        return _machine?.GetSnapshot() ?? new AccelioConnectionSnapshot { State = SessionState.Connecting };
    }

    /// <summary>Clients: where the connection was made.</summary>
    public string? Target
    {
        get => Path?.Uri;
        set => Path = value is null ? null : new RouteTarget(value, Path?.From);
    }

    /// <summary>Clients: the way on which the connection was made, or goes on.</summary>
    public RouteTarget? Path { get; set; }

    /// <summary>Clients: the search for another link, while the connection has none.</summary>
    public Reconnection? Reconnection { get; set; }

    /// <summary>Names the engine's connection; again if need be.</summary>
    public void Attach(ConnectionMachine machine) => _machine = machine;

    /// <summary>Servers: names the engine's connection that was taken over from another server, before it has a link.</summary>
    public void AttachImported(ConnectionMachine machine, EndPoint local, EndPoint remote) => (_machine, _localEndPoint, _remoteEndPoint) = (machine, local, remote);

    /// <summary>The connection is over: its streams end, what waits for consumers is dropped. Once.</summary>
    public void End(Exception? error)
    {
        if (_hasEnded)
        {
            return;
        }

        _hasEnded = true;
        StopServing();
        _shared.End();
        _messages.End(error);
        _requests.End(error);
        _ended.Set();
    }

    /// <inheritdoc/>
    void IConnectionEvents.OnEstablished(ConnectionMachine connection, ReadOnlySpan<byte> privateData)
    {
        _machine = connection;
        _localEndPoint = connection.Machine.Link.LocalEndPoint;
        _remoteEndPoint = connection.Machine.Link.RemoteEndPoint;
        _session.OnEstablished(this, privateData);
    }

    /// <inheritdoc/>
    void IConnectionEvents.OnPortals(ConnectionMachine connection, IReadOnlyList<string> portals, ReadOnlySpan<byte> privateData) =>
        _session.OnPortals(this, portals, privateData);

    /// <inheritdoc/>
    void IConnectionEvents.OnRedirected(ConnectionMachine connection, IReadOnlyList<string> portals) => _session.OnRedirected(this, portals);

    /// <inheritdoc/>
    void IConnectionEvents.OnReceipt(ConnectionMachine connection, MessageId id, bool accepted) => _session.OnReceipt(id, accepted);

    /// <inheritdoc/>
    void IConnectionEvents.OnError(ConnectionMachine connection, AccelioStatus status, string detail) => _session.ReportError(status, detail);

    /// <inheritdoc/>
    public override ValueTask DrainAsync(CancellationToken cancellationToken = default)
    {
        Poller.DemandCaller();
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled(cancellationToken);
        }

        _session.RunOnContext(() => Machine.BeginDrain());
        return _ended.WaitUntilAsync(cancellationToken);
    }

    /// <inheritdoc/>
    bool IConnectionEvents.TryMove(ConnectionMachine connection) => _session.TryMove(this);

    /// <inheritdoc/>
    void IConnectionEvents.OnPeerDrains(ConnectionMachine connection, in Failure failure) => _session.MoveQueued(connection, failure);

    /// <inheritdoc/>
    bool IConnectionEvents.TrySuspend(ConnectionMachine connection, in CloseInfo info) => _session.TrySuspend(this, info);

    /// <inheritdoc/>
    bool IConnectionEvents.TryOutlive(ConnectionMachine connection) => _session.TryOutlive(this);

    /// <inheritdoc/>
    void IConnectionEvents.OnResumed(ConnectionMachine connection)
    {
        _localEndPoint = connection.Machine.Link.LocalEndPoint;
        _remoteEndPoint = connection.Machine.Link.RemoteEndPoint;
        _shared.Lose();
        _session.OnResumed(this);
    }

    /// <inheritdoc/>
    void IConnectionEvents.OnResumeFailed(ConnectionMachine connection, in CloseInfo info) => Reconnection?.OnLinkLost(info);

    /// <inheritdoc/>
    void IConnectionEvents.OnResumeRefused(ConnectionMachine connection, AccelioStatus status, long retryAfter) => Reconnection?.OnRefused(status, retryAfter);

    /// <inheritdoc/>
    void IConnectionEvents.OnMoved(ConnectionMachine connection, string target) => _session.OnMoved(this, target);

    /// <inheritdoc/>
    void IConnectionEvents.OnSentTo(ConnectionMachine connection, string target) => _session.OnSentTo(target);

    /// <inheritdoc/>
    void IConnectionEvents.OnClosing(ConnectionMachine connection, bool byPeer) => _session.OnClosing(this, byPeer);

    /// <inheritdoc/>
    void IConnectionEvents.OnClosed(ConnectionMachine connection, in CloseInfo info)
    {
        _machine = connection;
        End(FailureExceptions.Create(info, connection));
        _session.OnClosed(this, info);
    }
}
