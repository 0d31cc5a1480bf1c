using System.Net;
using System.Text;
using Accelio.Reactive.Engine;
using Accelio.Transports;
using Accelio.Transports.Simulated;
using Accelio.Transports.Wire;

namespace Accelio.Reactive;

/// <content>Sessions that clients ask for, at any of the portals.</content>
internal sealed partial class WideServer
{
    // An accept without portals and private data takes so much of the room for an answer.
    private const int AcceptSize = 30;
    private int _turn = -1;

    /// <summary>Throws unless the portals that an application names are the server's.</summary>
    /// <exception cref="ArgumentException">They are not.</exception>
    internal static void CheckPortals(IReadOnlyList<AccelioPortal> own, IReadOnlyList<AccelioPortal>? asked, string name)
    {
        for (var i = 0; asked is not null && i < asked.Count; i++)
        {
            if (!own.Contains(asked[i]))
            {
                throw new ArgumentException($"Portal {i} of the list is none of this server's: take them from its Portals.", name);
            }
        }
    }

    /// <summary>Chooses where the connections of a session go: the portals asked for, or all, but for the one where the client is already. Any thread.</summary>
    internal PortalPlan Plan(ServerCore at, Link link, AcceptOptions? options)
    {
        var asked = options?.Portals;
        CheckPortals(Portals, asked, $"{nameof(options)}.{nameof(AcceptOptions.Portals)}");
        var privateLength = options?.PrivateData.Length ?? 0;
        if (_options.SharesPort)
        {
            return new PortalPlan(at.Context, []);
        }

        var lead = ServerCore.PortOf(link.LocalEndPoint);
        var open = (asked ?? Portals).Select(static portal => ((PortalCore)portal).Server).Where(server => server.IsOpen && server.EndPoint.Port != lead).ToArray();
        if (open.Length == 0)
        {
            return new PortalPlan(at.Context, []);
        }

        // A client with one connection takes the first of the list.
        var first = (int)((uint)Interlocked.Increment(ref _turn) % (uint)open.Length);
        var portals = new List<ReadOnlyMemory<byte>>();
        var room = SessionSetupResponse.MaxLength - AcceptSize - privateLength;
        for (var i = 0; i < open.Length; i++)
        {
            var text = Encoding.UTF8.GetBytes(Advertise(open[(first + i) % open.Length], link.LocalEndPoint));
            room -= sizeof(ushort) + text.Length;
            if (room < 0)
            {
                break;
            }

            portals.Add(text);
        }

        return portals.Count != 0 ? new PortalPlan(open[first].Context, [.. portals]) : throw new ArgumentException(
            $"Private data of {privateLength} bytes leaves no room to name a portal; send more in a message, or choose a shorter AdvertisedHost.",
            nameof(options));
    }

    /// <summary>Asks the application. On the context of the request's link.</summary>
    internal void Ask(ServerSessionRequest request) => Context.RunSoon(new ActionItem(() =>
    {
        if (_isClosing || !_sessionRequests.PushNow(request, out var failed) || failed)
        {
            request.Decline();
        }
    }));

    /// <summary>Accepts a session. On the context of the request's link.</summary>
    internal void Open(WideSession session, ServerCore at, IncomingSession incoming, in PortalPlan plan, ReadOnlySpan<byte> privateData)
    {
        if (!at.IsOpen || !TryEnter(session))
        {
            incoming.Reject(AccelioStatus.SessionRefused, default);
            session.Refuse();
            return;
        }

        session.Accept(at, incoming, plan, privateData);
    }

    /// <summary>A session has its first connection. Any thread.</summary>
    internal void Opened(WideSession session) => Context.RunSoon(new ActionItem(() => _sessionStream.Push(session)));

    /// <summary>How a client finds a portal: the address under which it has reached this server is one that it can reach.</summary>
    internal string Advertise(ServerCore portal, EndPoint reached)
    {
        var host = _options.AdvertisedHost ?? reached switch
        {
            IPEndPoint ip => (ip.Address.IsIPv4MappedToIPv6 ? ip.Address.MapToIPv4() : ip.Address).ToString(),
            SimulatedEndPoint simulated => simulated.Host,
            _ => portal.EndPoint.Host,
        };
        return new UriBuilder(portal.EndPoint.Scheme, host, portal.EndPoint.Port).Uri.GetLeftPart(UriPartial.Authority);
    }
}
