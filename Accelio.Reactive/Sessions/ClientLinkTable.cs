using System.Net;
using Accelio.Reactive.Engine;
using Accelio.Transports;
using Accelio.Transports.Polling;

namespace Accelio.Reactive;

/// <summary>The links that client sessions of one context share. Context only.</summary>
internal sealed class ClientLinkTable(PollerContext context)
{
    private readonly Dictionary<object, ClientLink> _shared = [];

    /// <summary>A link for a session: one with the same settings that has room, or a new one. The user is told when it is ready.</summary>
    /// <param name="user">Who is told.</param>
    /// <param name="transport">What dials.</param>
    /// <param name="address">Where to.</param>
    /// <param name="options">The session's settings.</param>
    /// <param name="freeId">An id that must be free on the link, so that a connection with it can be opened there; null where ids are made on the link.</param>
    /// <param name="wasOpen">Whether the link was there already.</param>
    public ClientLink Join(ILinkUser user, ITransport transport, EndPoint address, AccelioSessionOptions options, uint? freeId, out bool wasOpen)
    {
        wasOpen = false;
        var (engine, settings) = (EngineSettings.From(options), LinkSettings.From(options));
        object? key = options.OwnLink ? null : (transport.Scheme, address, options.LinkGroup, engine, settings);
        if (key is not null && _shared.TryGetValue(key, out var link) && link.Machine.Phase != LinkPhase.Closed && link.Users < options.MaxSessionsPerLink
            && (freeId is not { } id || link.Machine.IsIdFree(id)))
        {
            wasOpen = link.Machine.Phase == LinkPhase.Open;
            link.Join(user);
            if (wasOpen)
            {
                // Not inside the caller, who does not know the link yet.
                context.Poller.Enqueue(new ActionItem(link.ServeWaiting));
            }

            return link;
        }

        link = new ClientLink(this, context, engine, key, Check.TicksOf(options.IdleLinkTimeout));
        link.Join(user);
        link.Machine.Attach(transport.Dial(context.Poller, address, settings, link.Machine));

        // Its last sessions may leave the rest of their handshakes to it: when the context ends before, so does the link.
        context.Poller.NoteClosing(link.Machine.Link);
        if (key is not null)
        {
            // In the place of one that is full: that one ends with its sessions.
            _shared[key] = link;
        }

        return link;
    }

    /// <summary>Whether sessions may join the link.</summary>
    public bool IsShared(ClientLink link) => link.Key is { } key && _shared.TryGetValue(key, out var present) && ReferenceEquals(present, link);

    /// <summary>No session may join the link any more.</summary>
    public void Forget(ClientLink link)
    {
        if (IsShared(link))
        {
            _shared.Remove(link.Key!);
        }
    }
}
