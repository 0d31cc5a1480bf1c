using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Accelio.Transports.Polling;

namespace Accelio.Transports.Simulated;

/// <summary>
/// Links between pollers of one process: the same framing, credits and callbacks as the real transports, without an operating system. Works on every
/// poller. URI: <c>sim://host:port?kind=stream|slots&amp;seed=n</c>; the dialer decides for both ends.
/// </summary>
internal sealed class SimulatedTransport : ISpreadingTransport
{
    private const int DefaultPort = 2061;

    /// <summary>Creates the transport of one network.</summary>
    public SimulatedTransport(SimulatedHub hub, SimulatedOptions? options = null)
    {
        Hub = hub;
        Options = options ?? new SimulatedOptions();
    }

    /// <summary>The network.</summary>
    public SimulatedHub Hub { get; }

    /// <summary>How links are made.</summary>
    public SimulatedOptions Options { get; }

    /// <inheritdoc/>
    public string Scheme => "sim";

    /// <summary>The address that a URI names. Throws <see cref="TransportException"/> when it names none.</summary>
    public static SimulatedEndPoint Parse(Uri uri)
    {
        if (uri.Host.Length == 0)
        {
            throw new TransportException($"{uri} names no simulated host.", SocketError.HostNotFound);
        }

        LinkKind? kind = null;
        int? seed = null;
        foreach (var item in uri.Query.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var parts = item.Split('=', 2);
            var value = parts.Length > 1 ? parts[1] : "";
            switch (parts[0])
            {
                case "kind" when value is "stream" or "slots":
                    kind = value == "slots" ? LinkKind.Slots : LinkKind.Stream;
                    break;
                case "seed" when int.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number):
                    seed = number;
                    break;
                case "kind" or "seed":
                    throw new TransportException($"'{item}' is no setting of a simulated link.", SocketError.InvalidArgument);
            }
        }

        return new SimulatedEndPoint(uri.Host, uri.IsDefaultPort || uri.Port < 0 ? DefaultPort : uri.Port) { Kind = kind, Seed = seed };
    }

    /// <inheritdoc/>
    public ValueTask<EndPoint[]> ResolveAsync(Uri uri, CancellationToken cancellationToken) => new([Parse(uri)]);

    /// <inheritdoc/>
    public IListener Listen(Poller poller, EndPoint address, LinkOptions options, Func<Link, ILinkSink> accept) =>
        Listen(poller, address, options, new LinkPlaces([new LinkPlace(poller, accept)]));

    /// <inheritdoc/>
    public IListener Listen(Poller poller, EndPoint address, LinkOptions options, LinkPlaces places)
    {
        var asked = From(address);
        if (Options.IsBoundToHost && asked.Host != Options.LocalHost)
        {
            throw new TransportException(
                $"The context lives on the simulated host {Options.LocalHost} and cannot listen at {asked}: bind sim://{Options.LocalHost}:{asked.Port}.",
                SocketError.AddressNotAvailable);
        }

        var port = asked.Port == 0 ? Hub.ChoosePort(asked.Host) : asked.Port;
        var listener = new SimulatedListener(Hub, poller, new SimulatedEndPoint(asked.Host, port), options, places);
        Hub.Add(listener);
        return listener;
    }

    /// <inheritdoc/>
    public Link Dial(Poller poller, EndPoint address, LinkOptions options, ILinkSink sink)
    {
        var remote = From(address);
        var kind = remote.Kind ?? Options.Kind;
        var host = options.LocalAddress?.ToString() ?? Options.LocalHost;
        if (!Hub.Wires.IsAddressOf(Options.LocalHost, host))
        {
            throw new TransportException($"Cannot connect from {host}: the simulated host {Options.LocalHost} has no such address.", SocketError.AddressNotAvailable);
        }

        var plan = new SimulatedLinkPlan
        {
            Poller = poller,
            Kind = kind,
            IsClient = true,
            Options = Options,
            Local = new SimulatedEndPoint(host, Hub.ChoosePort(host)),
            Remote = new SimulatedEndPoint(remote.Host, remote.Port),
            DualStream = options.DualSocket,
            Seed = remote.Seed ?? Options.Seed,
        };
        var (link, end) = Create(plan, options, _ => sink);
        end.Port.Dial(Hub, plan, options.ConnectTimeout);
        return link;
    }

    /// <summary>Makes one end of a link and gives it its sink; it is not connected yet.</summary>
    internal static (Link Link, ISimulatedEnd End) Create(in SimulatedLinkPlan plan, LinkOptions options, Func<Link, ILinkSink> accept)
    {
        if (plan.Kind == LinkKind.Slots)
        {
            var slots = new SimulatedSlotLink(plan, options);
            slots.AttachSink(accept(slots));
            return (slots, slots);
        }

        var stream = new SimulatedStreamLink(plan, options);
        stream.AttachSink(accept(stream));
        return (stream, stream);
    }

    private static SimulatedEndPoint From(EndPoint address) => address switch
    {
        SimulatedEndPoint simulated => simulated,
        DnsEndPoint named => new SimulatedEndPoint(named.Host, named.Port),
        IPEndPoint numbered => new SimulatedEndPoint(numbered.Address.ToString(), numbered.Port),
        _ => throw new TransportException($"{address} is no simulated address.", SocketError.AddressFamilyNotSupported),
    };
}
