using System.Net;
using System.Net.Sockets;

namespace Accelio.Transports.Tcp;

/// <summary>From the authority of a URI to addresses. Never on a poller's thread: names may take seconds.</summary>
internal static class TcpResolver
{
    /// <summary>
    /// Resolves <c>host:port</c>, where host is a name, an IPv4 address, or an IPv6 address in brackets. To listen on all addresses of
    /// this machine: <c>0.0.0.0</c> for those of IPv4,
    /// <c>[::]</c> for both families (<see cref="Uri"/> knows no <c>*</c>).
    /// </summary>
    /// <exception cref="TransportException">There is no port, no such name, or no address.</exception>
    public static async ValueTask<EndPoint[]> ResolveAsync(Uri uri, CancellationToken cancellationToken)
    {
        if (!uri.IsAbsoluteUri || uri.Host.Length == 0)
        {
            var scheme = uri.IsAbsoluteUri ? uri.Scheme : TcpTransport.SchemeName;
            throw new TransportException(
                $"'{uri}' names no host. Write it as {scheme}://host:port, e.g. {scheme}://127.0.0.1:2061.",
                SocketError.HostNotFound);
        }

        if (uri.Port is < 0 or > ushort.MaxValue)
        {
            throw new TransportException(
                $"'{uri}' names no port, and there is no default one. Write it behind the host: {uri.Scheme}://{uri.Host}:2061.",
                SocketError.AddressNotAvailable);
        }

        var addresses = IPAddress.TryParse(uri.DnsSafeHost, out var literal) ? [literal] : await LookUpAsync(uri, cancellationToken);
        var endPoints = new EndPoint[addresses.Length];
        for (var i = 0; i < addresses.Length; i++)
        {
            endPoints[i] = new IPEndPoint(addresses[i], uri.Port);
        }

        return endPoints;
    }

    private static async ValueTask<IPAddress[]> LookUpAsync(Uri uri, CancellationToken cancellationToken)
    {
        IPAddress[] found;
        try
        {
            found = await Dns.GetHostAddressesAsync(uri.DnsSafeHost, cancellationToken);
        }
        catch (SocketException failure)
        {
            throw new TransportException(
                $"The host '{uri.DnsSafeHost}' of '{uri}' could not be resolved: {failure.Message}. "
                + "Check the name, or write an IP address.",
                failure.SocketErrorCode,
                failure);
        }

        return found.Length > 0 ? found : throw new TransportException(
            $"The host '{uri.DnsSafeHost}' of '{uri}' has no address. Check the name, or write an IP address.", SocketError.NoData);
    }
}
