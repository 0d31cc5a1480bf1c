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

    /// <summary>The context on which the server and its sessions live.</summary>
    public abstract AccelioContext HomeContext { get; }

    /// <summary>Clients that ask for a session, for one observer. While nobody observes, everything is accepted.</summary>
    public abstract IObservable<SessionRequest> SessionRequests { get; }

    /// <summary>Every accepted session: the same type as the client's.</summary>
    public abstract IObservable<AccelioSession> Sessions { get; }

    /// <summary>Requests of all sessions that have no consumer of their own, for one observer and only without handlers.</summary>
    public abstract IObservable<InboundRequest> Requests { get; }

    /// <summary>One-way messages of all sessions.</summary>
    public abstract IObservable<InboundMessage> Messages { get; }

    /// <summary>Serves the requests of every session that has no consumer of its own and whose resource has no handler.</summary>
    public abstract IDisposable Handle(Func<InboundRequest, ValueTask> handler);

    /// <summary>Serves the requests of sessions that were opened for a resource, the path of their URI: "/prices" for <c>tcp://host:port/prices</c>.</summary>
    public abstract IDisposable Handle(string resource, Func<InboundRequest, ValueTask> handler);

    /// <summary>Accepts no more links; the sessions live on.</summary>
    public abstract ValueTask StopListeningAsync();

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
