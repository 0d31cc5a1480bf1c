using System.Net;
using System.Net.Sockets;
using Accelio.Transports.Polling;

namespace Accelio.Transports.Tcp;

/// <summary>
/// TCP: <c>tcp://host:port</c>. Speaks the protocol of the C library, on one socket or on two (<see cref="LinkOptions.DualSocket"/>;
/// servers take both). Needs a poller that watches
/// descriptors.
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
        TcpListener.Create(poller, ReactorOf(poller), TcpAddress.Require(address), options, accept);

    /// <inheritdoc/>
    public Link Dial(Poller poller, EndPoint address, LinkOptions options, ILinkSink sink) =>
        TcpLink.Dial(poller, ReactorOf(poller), TcpAddress.Require(address), options, sink);

    private static SocketReactor ReactorOf(Poller poller) => poller.Sockets ?? throw new TransportException(
        $"The tcp transport needs a context that watches sockets; {poller.GetType().Name} does not. "
        + "Use a context with a thread of its own or one driven by its host.",
        SocketError.OperationNotSupported);
}
