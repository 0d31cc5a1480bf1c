using System.Net;
using System.Net.Sockets;

namespace Accelio.Transports.Tcp;

/// <summary>Internet addresses as the sockets of this transport use them. IPv4 addresses that came in over an IPv6 socket are shown as
/// IPv4.</summary>
internal static class TcpAddress
{
    /// <summary>The end point, an IPv4 address in IPv6 clothes undressed.</summary>
    public static IPEndPoint? Normal(IPEndPoint? endPoint) =>
        endPoint is { Address.IsIPv4MappedToIPv6: true } ? new IPEndPoint(endPoint.Address.MapToIPv4(), endPoint.Port) : endPoint;

    /// <summary>Whether a connection between these addresses never leaves the machine.</summary>
    public static bool IsLocal(IPEndPoint local, IPEndPoint remote) =>
        IPAddress.IsLoopback(remote.Address) || remote.Address.Equals(local.Address);

    /// <summary>The end point of this transport, or an exception that says what is wrong.</summary>
    public static IPEndPoint Require(EndPoint address) => address as IPEndPoint ?? throw new TransportException(
        $"{address} is not an internet address: the tcp transport takes what its resolver returns, an IP address and a port.",
        SocketError.AddressFamilyNotSupported);
}
