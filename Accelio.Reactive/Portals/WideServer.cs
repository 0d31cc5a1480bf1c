using System.Reactive.Disposables;
using Accelio.Reactive.Engine;
using Accelio.Transports;

namespace Accelio.Reactive;

/// <summary>
/// A server over several contexts: a portal on each, which is what a server on one context is, and the sessions whose connections spread over them. Its own state belongs to the first context. The
/// aspects: <c>.Bind</c>, <c>.Accept</c>, <c>.Close</c>.
/// </summary>
internal sealed partial class WideServer : AccelioServer, IContextResident
{
    private readonly AccelioServerOptions _options;
    private readonly ServerCore[] _servers;
    private readonly bool _holdsSharedContext;
    private readonly SingleStream<SessionRequest> _sessionRequests;
    private readonly PushStream<AccelioSession> _sessionStream;
    private readonly WideRequests _requests;
    private readonly WideMessages _messages;
    private readonly Signal _closed;
    private readonly Lock _gate = new();
    private readonly Dictionary<string, WideMessages> _messageStreams = [];
    private Uri _endPoint;

    private WideServer(AccelioServerOptions options, Uri endPoint)
    {
        _options = options;
        _endPoint = endPoint;
        Context = ContextFactory.Resolve(options.Contexts[0], out _holdsSharedContext);
        if (options.Resume)
        {
            InstanceId = SessionKeys.New(Context.Entropy);
        }

        _sessionRequests = new SingleStream<SessionRequest>(Context, "SessionRequests", static () => { });
        _sessionStream = new PushStream<AccelioSession>(Context);
        _requests = new WideRequests(Context, "Requests of this server");
        _messages = new WideMessages(Context);
        _closed = new Signal(Context);
        _closeTimer = new CloseTimer(this);
        _servers = [.. options.Contexts.Select(context => NewPortal(context, endPoint))];
        _openPortals = _servers.Length;
        Portals = [.. _servers.Select(server => server.Portals[0])];
        foreach (var server in _servers)
        {
            _requests.Add(server.Context, server.RequestStream);
            _messages.Add(server.Context, server.Messages);
        }
    }

    /// <summary>The first context.</summary>
    public PollerContext Context { get; }

    /// <summary>What tells one start of the server from another.</summary>
    public UInt128 InstanceId { get; }

    /// <summary>The ids that clients know.</summary>
    public SessionDirectory Directory { get; } = new();

    /// <summary>Where the next links of clients go that have come back to the wrong portal.</summary>
    public LinkBookings Bookings { get; } = new();

    /// <inheritdoc/>
    public override Uri EndPoint => _endPoint;

    /// <inheritdoc/>
    public override AccelioContext HomeContext => Context;

    /// <inheritdoc/>
    public override IReadOnlyList<AccelioPortal> Portals { get; }

    /// <inheritdoc/>
    public override IObservable<SessionRequest> SessionRequests => _sessionRequests;

    /// <inheritdoc/>
    public override IObservable<AccelioSession> Sessions => _sessionStream;

    /// <inheritdoc/>
    public override IObservable<InboundRequest> Requests => _requests;

    /// <inheritdoc/>
    public override IObservable<InboundMessage> Messages => _messages;

    /// <summary>Who answers the requests for sessions.</summary>
    internal SingleStream<SessionRequest> RequestStreamOfSessions => _sessionRequests;

    /// <inheritdoc/>
    public override IObservable<InboundMessage> MessagesFor(string resource)
    {
        var path = ResourcePath.Normalize(resource);
        lock (_gate)
        {
            if (!_messageStreams.TryGetValue(path, out var stream))
            {
                if (_hasClosed)
                {
                    // It has ended, as the new one would have.
                    return _messages;
                }

                stream = new WideMessages(Context);
                foreach (var server in _servers)
                {
                    stream.Add(server.Context, server.MessagesFor(path));
                }

                _messageStreams.Add(path, stream);
            }

            return stream;
        }
    }

    /// <inheritdoc/>
    public override IDisposable Handle(Func<InboundRequest, ValueTask> handler) => _requests.Handle(handler);

    /// <inheritdoc/>
    public override IDisposable Handle(string resource, Func<InboundRequest, ValueTask> handler)
    {
        var registrations = new CompositeDisposable();
        lock (_gate)
        {
            try
            {
                foreach (var server in _servers)
                {
                    registrations.Add(server.Handle(resource, handler));
                }
            }
            catch
            {
                registrations.Dispose();
                throw;
            }
        }

        return registrations;
    }

    private ServerCore NewPortal(AccelioContext given, Uri endPoint)
    {
        var context = ContextFactory.Resolve(given, out var isShared);
        return new ServerCore(context, _options, endPoint, isShared, this);
    }
}
