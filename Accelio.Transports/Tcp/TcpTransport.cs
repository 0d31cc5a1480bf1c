using System.Net;
using System.Net.Sockets;
using Accelio.Transports.Polling;

namespace Accelio.Transports.Tcp;

/// <summary>
/// TCP: <c>tcp://host:port</c>. Speaks the protocol of the C library, on one socket or on two (<see cref="LinkOptions.DualSocket"/>;
/// servers take both). Needs a poller that watches
/// sockets.
/// </summary>
internal sealed class TcpTransport : ISpreadingTransport
{
    /// <summary>The scheme.</summary>
    public const string SchemeName = "tcp";

    /// <inheritdoc/>
    public string Scheme => SchemeName;

    /// <inheritdoc/>
    public ValueTask<EndPoint[]> ResolveAsync(Uri uri, CancellationToken cancellationToken) =>
        TcpResolver.ResolveAsync(uri, cancellationToken);

    /// <inheritdoc/>
    public IListener Listen(Poller poller, EndPoint address, LinkOptions options, Func<Link, ILinkSink> accept) =>
        Listen(poller, address, options, new LinkPlaces([new LinkPlace(poller, accept)]));

    /// <inheritdoc/>
    public IListener Listen(Poller poller, EndPoint address, LinkOptions options, LinkPlaces places)
    {
        foreach (var place in places.All)
        {
            if (place.Poller.Sockets?.GetType() != poller.Sockets?.GetType())
            {
                throw new TransportException(
                    "Contexts that share a port must have the same TcpEngine: a socket stays with the engine that has accepted it. Give them the same, or portals with ports of their own.",
                    SocketError.OperationNotSupported);
            }
        }

        return TcpListener.Create(poller, TcpAddress.Require(address), options, places);
    }

    /// <inheritdoc/>
    public Link Dial(Poller poller, EndPoint address, LinkOptions options, ILinkSink sink) =>
        TcpLink.Dial(poller, TcpAddress.Require(address), options, sink);
}
