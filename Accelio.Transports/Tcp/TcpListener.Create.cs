using System.Net;
using Accelio.Native.Linux;
using Accelio.Transports.Polling;

namespace Accelio.Transports.Tcp;

/// <content>Binding.</content>
internal sealed partial class TcpListener
{
    /// <summary>Binds and listens.</summary>
    /// <exception cref="TransportException">The address is taken, not of this machine, or not allowed.</exception>
    internal static TcpListener Create(
        Poller poller, SocketReactor reactor, IPEndPoint address, LinkOptions options, Func<Link, ILinkSink> accept)
    {
        var descriptor = Sockets.Create(
            TcpAddress.FamilyOf(address), Sockets.TypeStream | Sockets.TypeNonBlocking | Sockets.TypeCloseOnExec, Sockets.LevelTcp);
        if (descriptor < 0)
        {
            throw Refusal(address, descriptor);
        }

        var handle = new DescriptorHandle(descriptor);
        try
        {
            // REUSEADDR lets a restarted server have its port back at once. Never REUSEPORT: a second server on the port must fail, not
            // take half of the clients.
            Check(address, Sockets.SetOption(descriptor, Sockets.LevelSocket, Sockets.OptionReuseAddress, 1));
            if (address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6)
            {
                // All addresses of this machine means those of IPv4, too.
                var onlySix = address.Address.Equals(IPAddress.IPv6Any) ? 0 : 1;
                Check(address, Sockets.SetOption(descriptor, Sockets.LevelIpv6, Sockets.OptionIpv6Only, onlySix));
            }

            Check(address, Sockets.Bind(descriptor, address));
            Check(address, Sockets.Listen(descriptor, options.Backlog));
            return new TcpListener(poller, reactor, options, accept, handle, TcpAddress.LocalOf(descriptor) ?? address);
        }
        catch
        {
            handle.Dispose();
            throw;
        }
    }

    private static void Check(IPEndPoint address, int result)
    {
        if (result < 0)
        {
            throw Refusal(address, result);
        }
    }

    private static TransportException Refusal(IPEndPoint address, int result)
    {
        var advice = -result switch
        {
            Errno.AddressInUse => " Another socket listens there: stop its program, choose another port, or 0 to have one chosen.",
            Errno.AddressNotAvailable => " Listen on an address of this machine, or on [::] for all of them.",
            Errno.AccessDenied => " Ports below 1024 need a privilege: choose another.",
            Errno.FamilyNotSupported => " Listen on an address of the other family, e.g. 0.0.0.0 for all addresses of IPv4.",
            _ => string.Empty,
        };
        return new TransportException($"Cannot listen on tcp://{address}: {Errno.Describe(result)}.{advice}", Errno.ToSocketError(result));
    }
}
