using System.Net;
using Accelio.Transports.Polling;

namespace Accelio.Transports.Tcp;

/// <summary>
/// TCP: <c>tcp://host:port</c>. Speaks the protocol of the C library, on one socket or on two (<see cref="LinkOptions.DualSocket"/>;
/// servers take both). Needs a poller that watches
/// sockets.
/// </summary>
internal sealed class TcpTransport : ITransport
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
        TcpListener.Create(poller, TcpAddress.Require(address), options, accept);

    /// <inheritdoc/>
    public Link Dial(Poller poller, EndPoint address, LinkOptions options, ILinkSink sink) =>
        TcpLink.Dial(poller, TcpAddress.Require(address), options, sink);
}
