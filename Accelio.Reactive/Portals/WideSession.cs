using System.Net;

namespace Accelio.Reactive;

/// <summary>
/// A session whose connections live on several contexts, on either side: parts, each of which is what a session on one context is, and what joins them. The state of the whole belongs to the home
/// context, where its events, errors and receipts are pushed; calls choose a part and are its calls. The aspects: <c>.Connect</c> (clients), <c>.Serve</c> (servers), <c>.Send</c>, <c>.Parts</c>,
/// <c>.Close</c>.
/// </summary>
internal sealed partial class WideSession : AccelioSession, IContextResident
{
    private readonly EventStream _events;
    private readonly PushStream<AccelioError> _errors;
    private readonly PushStream<DeliveryReceipt> _receipts;
    private readonly WideMessages _messages;
    private readonly WideRequests _requests;
    private readonly Signal _closed;
    private readonly AccelioPeerOptions _options;
    private readonly bool _holdsSharedContext;
    private volatile SessionState _state;
    private byte[] _acceptedData = [];
    private EndPoint _localEndPoint = new IPEndPoint(IPAddress.None, 0);
    private EndPoint _remoteEndPoint = new IPEndPoint(IPAddress.None, 0);

    public WideSession(PollerContext home, AccelioPeerOptions options, string uri, WideServer? server, bool holdsSharedContext = false)
    {
        Home = home;
        Uri = uri;
        Resource = ResourcePath.Of(uri);
        _options = options;
        _server = server;
        _holdsSharedContext = holdsSharedContext;
        _closed = new Signal(home);
        _settled = new Signal(home);
        _events = new EventStream(home);
        _errors = new PushStream<AccelioError>(home);
        _receipts = new PushStream<DeliveryReceipt>(home);
        _messages = new WideMessages(home);
        _requests = new WideRequests(home, "Requests of this session");
        _limit = new LimitTimer(this);
    }

    /// <summary>The home context.</summary>
    public PollerContext Home { get; }

    /// <inheritdoc/>
    public override AccelioContext HomeContext => Home;

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
    public override IReadOnlyList<AccelioConnection> Connections => Array.AsReadOnly<AccelioConnection>(_lanes);

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

    /// <inheritdoc/>
    public override AccelioSessionSnapshot GetSnapshot()
    {
        var sum = new AccelioSessionSnapshot { State = _state };
        foreach (var part in _parts)
        {
            sum = sum.Plus(part.GetSnapshot());
        }

        return sum;
    }

    /// <summary>Whether this side has opened the session.</summary>
    internal bool IsClient => _server is null;

    /// <summary>Runs something on the home context: now, if this is its thread.</summary>
    internal void RunAtHome(Action action)
    {
        if (Home.Poller.IsCurrent)
        {
            action();
        }
        else
        {
            Home.Poller.Post(new ActionItem(action));
        }
    }
}
