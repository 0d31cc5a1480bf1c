namespace Accelio.Reactive;

/// <summary>Listens on one address and accepts sessions. Every member may be called from any thread.</summary>
public abstract partial class AccelioServer : IAsyncDisposable, IDisposable
{
    /// <summary>For derived classes: fakes in tests.</summary>
    protected AccelioServer()
    {
    }

    /// <summary>The address in fact bound: the port is the one chosen when 0 was asked for.</summary>
    public abstract Uri EndPoint { get; }

    /// <summary>Where connections arrive: one portal per context of the server, in the order of its contexts.</summary>
    public virtual IReadOnlyList<AccelioPortal> Portals => [];

    /// <summary>The context on which the server lives, and its sessions, too, unless <see cref="AccelioServerOptions.Contexts"/> names several: then each lives where its first connection arrives.</summary>
    public abstract AccelioContext HomeContext { get; }

    /// <summary>Clients that ask for a session, for one observer. While nobody observes, everything is accepted.</summary>
    public abstract IObservable<SessionRequest> SessionRequests { get; }

    /// <summary>Every accepted session: the same type as the client's.</summary>
    public abstract IObservable<AccelioSession> Sessions { get; }

    /// <summary>
    /// Requests of all sessions that have no consumer of their own, for one observer and only without handlers. On a server over several contexts those of the other portals are handed over to
    /// <see cref="HomeContext"/>: an answer that is made of the request's own memory then needs a lease (<see cref="InboundRequest.Retain"/>) until it has left. Handlers run where the request arrives.
    /// </summary>
    public abstract IObservable<InboundRequest> Requests { get; }

    /// <summary>One-way messages of all sessions; on a server over several contexts those of the other portals are handed over to <see cref="HomeContext"/>.</summary>
    public abstract IObservable<InboundMessage> Messages { get; }

    /// <summary>One-way messages of the sessions that were opened for a resource; see <see cref="Handle(string, Func{InboundRequest, ValueTask})"/>
    /// for what that is. Those who observe a session, or <see cref="Messages"/>, get them too.</summary>
    /// <exception cref="ArgumentException"><paramref name="resource"/> is no path, or has a query.</exception>
    public abstract IObservable<InboundMessage> MessagesFor(string resource);

    /// <summary>Serves the requests of every session that has no consumer of its own and whose resource has no handler. Dispose the result to
    /// stop; another may be registered then.</summary>
    /// <exception cref="InvalidOperationException">There is a consumer already: a handler, or an observer of <see cref="Requests"/>.</exception>
    public abstract IDisposable Handle(Func<InboundRequest, ValueTask> handler);

    /// <summary>
    /// Serves the requests of sessions that were opened for a resource, the path of their URI: "/prices" for <c>tcp://host:port/prices</c>.
    /// Compared exactly, case and trailing slash included, after both were escaped as in a URI ("/a b" is "/a%20b"); query and fragment of the
    /// session's URI do not count. A session's own consumer goes before this one, and this one before the server's for all. Dispose the result
    /// to stop; another may be registered then.
    /// </summary>
    /// <exception cref="ArgumentException"><paramref name="resource"/> is no path, or has a query.</exception>
    /// <exception cref="InvalidOperationException">The resource has a handler already.</exception>
    public abstract IDisposable Handle(string resource, Func<InboundRequest, ValueTask> handler);

    /// <summary>Accepts no more links; the sessions live on.</summary>
    public abstract ValueTask StopListeningAsync();

    /// <summary>
    /// Ends the server without breaking anything off: it stops listening, refuses new sessions, and drains those it has; see <see cref="AccelioSession.DrainAsync"/>. C programs are not told: their sessions close
    /// at the first moment at which nothing of theirs is under way. A second call waits for the same.
    /// </summary>
    /// <param name="cancellationToken">Ends the waiting; the draining goes on. <see cref="DisposeAsync"/> cuts it short.</param>
    /// <returns>Completes when the server has ended, as after <see cref="DisposeAsync"/>.</returns>
    /// <exception cref="OperationCanceledException">The token fired; if it had before the call, nothing was begun.</exception>
    public abstract ValueTask DrainAsync(CancellationToken cancellationToken = default);

    /// <summary>Stops listening and closes every session in good order, bounded; never throws.</summary>
    public abstract ValueTask DisposeAsync();

    /// <summary>Stops listening and cuts every session off at once; does not wait.</summary>
    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Stops listening and cuts every session off at once; does not wait.</summary>
    protected abstract void Dispose(bool disposing);
}
