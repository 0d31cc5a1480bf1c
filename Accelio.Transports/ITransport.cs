using System.Net;
using Accelio.Transports.Polling;

namespace Accelio.Transports;

/// <summary>Dials and listens. One instance per scheme; safe to share between pollers.</summary>
internal interface ITransport
{
    /// <summary>The URI scheme, lower case.</summary>
    string Scheme { get; }

    /// <summary>Turns the authority of a URI into addresses, in the order to try. Any thread but a poller's: names are resolved off the poller. Throws <see cref="TransportException"/> when there are none.</summary>
    ValueTask<EndPoint[]> ResolveAsync(Uri uri, CancellationToken cancellationToken);

    /// <summary>Listens on an address; for every link that opens, <paramref name="accept"/> is asked for its sink before anything is delivered. Poller thread. Throws <see cref="TransportException"/> when the address cannot be bound.</summary>
    IListener Listen(Poller poller, EndPoint address, LinkOptions options, Func<Link, ILinkSink> accept);

    /// <summary>Begins to connect; the outcome is <see cref="ILinkSink.OnOpened"/> or <see cref="ILinkSink.OnClosed"/>, never inside this call. Poller thread.</summary>
    Link Dial(Poller poller, EndPoint address, LinkOptions options, ILinkSink sink);
}
