using System.Net;
using System.Net.Sockets;
using Accelio.Transports.Polling;
using Accelio.Transports.Tcp;

namespace Accelio.Transports.Rdma;

/// <summary>
/// RDMA: <c>rdma://host:port</c>. Speaks the protocol of the C library over reliable connections of libibverbs and librdmacm. Needs a poller
/// that watches descriptors by epoll, and a machine with a device.
/// </summary>
internal sealed class RdmaTransport : ITransport
{
    /// <summary>The scheme.</summary>
    public const string SchemeName = "rdma";

    /// <inheritdoc/>
    public string Scheme => SchemeName;

    /// <inheritdoc/>
    public ValueTask<EndPoint[]> ResolveAsync(Uri uri, CancellationToken cancellationToken) =>
        RdmaSupport.Obstacle is { } obstacle ? throw Unavailable(obstacle) : TcpResolver.ResolveAsync(uri, cancellationToken);

    /// <inheritdoc/>
    public IListener Listen(Poller poller, EndPoint address, LinkOptions options, Func<Link, ILinkSink> accept) =>
        RdmaListener.Create(RdmaPoller.Of(poller), Require(address), options, accept);

    /// <inheritdoc/>
    public Link Dial(Poller poller, EndPoint address, LinkOptions options, ILinkSink sink) =>
        RdmaLink.Dial(RdmaPoller.Of(poller), Require(address), options, sink);

    /// <summary>The exception for a machine that has no RDMA.</summary>
    internal static TransportException Unavailable(string obstacle) => new(obstacle, SocketError.OperationNotSupported);

    private static IPEndPoint Require(EndPoint address) => address as IPEndPoint ?? throw new TransportException(
        $"{address} is not an internet address: the rdma transport takes what its resolver returns, an IP address and a port.",
        SocketError.AddressFamilyNotSupported);
}
