namespace Accelio.Reactive;

/// <summary>
/// Where connections of a server's sessions arrive: one portal per context of the server. Its streams push on its context, and have what arrives on all its connections: those who work per core
/// subscribe here, and nothing of theirs crosses from one context to another. Every member may be called from any thread.
/// </summary>
public abstract class AccelioPortal
{
    /// <summary>For derived classes: fakes in tests.</summary>
    protected AccelioPortal()
    {
    }

    /// <summary>The context that the connections live on.</summary>
    public abstract AccelioContext Context { get; }

    /// <summary>The address in fact bound. What clients are told is <see cref="AccelioServerOptions.AdvertisedHost"/>, or the address on which they have reached the server, with the port of this.</summary>
    public abstract Uri EndPoint { get; }

    /// <summary>Requests that arrive here and have no consumer on their connection or session, for one observer; see <see cref="AccelioServer.Requests"/>, which takes its place at every portal.</summary>
    public abstract IObservable<InboundRequest> Requests { get; }

    /// <summary>One-way messages that arrive here.</summary>
    public abstract IObservable<InboundMessage> Messages { get; }

    /// <summary>Serves the requests that arrive here and have no consumer on their connection or session.</summary>
    /// <exception cref="InvalidOperationException">There is a consumer already, here or for the server as a whole.</exception>
    public abstract IDisposable Handle(Func<InboundRequest, ValueTask> handler);
}
