using System.Net;
using Accelio.Transports.Polling;

namespace Accelio.Transports.Simulated;

/// <summary>A simulated transport whose links live where they were accepted, as those of devices do.</summary>
internal sealed class StayingTransport(SimulatedTransport inner) : ITransport
{
    /// <inheritdoc/>
    public string Scheme => inner.Scheme;

    /// <inheritdoc/>
    public ValueTask<EndPoint[]> ResolveAsync(Uri uri, CancellationToken cancellationToken) => inner.ResolveAsync(uri, cancellationToken);

    /// <inheritdoc/>
    public IListener Listen(Poller poller, EndPoint address, LinkOptions options, Func<Link, ILinkSink> accept) => inner.Listen(poller, address, options, accept);

    /// <inheritdoc/>
    public Link Dial(Poller poller, EndPoint address, LinkOptions options, ILinkSink sink) => inner.Dial(poller, address, options, sink);
}
