using System.Net;
using Accelio.Native.Linux;
using Accelio.Transports.Polling;

namespace Accelio.Transports.Tcp;

/// <content>Binding.</content>
internal sealed partial class TcpListener
{
    /// <summary>Binds and listens.</summary>
    /// <exception cref="TransportException">The address is taken, not of this machine, or not allowed.</exception>
    internal static TcpListener Create(Poller poller, IPEndPoint address, LinkOptions options, LinkPlaces places)
    {
        var result = TcpSocket.Listen(poller, address, options.Backlog, out var socket);
        if (result < 0)
        {
            throw Refusal(address, result);
        }

        try
        {
            return new TcpListener(poller, options, places, socket!, socket!.LocalEndPoint ?? address);
        }
        catch
        {
            socket!.Dispose();
            throw;
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
