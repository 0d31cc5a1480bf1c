using System.Net;
using Accelio.Reactive.Engine;
using Accelio.Transports;
using Accelio.Transports.Polling;

namespace Accelio.Reactive;

/// <summary>The links that client sessions of one context share by <see cref="AccelioSessionOptions.LinkGroup"/>. Context only.</summary>
internal sealed class ClientLinkTable(PollerContext context)
{
    private readonly Dictionary<object, ClientLink> _shared = [];

    /// <summary>A link for a session: the group's, or a new one. The user is told when it is ready.</summary>
    public ClientLink Join(ILinkUser user, ITransport transport, EndPoint address, AccelioSessionOptions options)
    {
        object? key = options.LinkGroup is { } group ? (transport.Scheme, address, options.DualSocket, options.LocalAddress, options.TypeOfService, group) : null;
        if (key is not null && _shared.TryGetValue(key, out var link))
        {
            link.Join(user);
            if (link.Machine.Phase == LinkPhase.Open)
            {
                // Not inside the caller, who does not know the link yet.
                context.Poller.Enqueue(new ActionItem(link.ServeWaiting));
            }

            return link;
        }

        link = new ClientLink(this, context, EngineSettings.From(options), key, Check.TicksOf(options.IdleLinkTimeout));
        link.Join(user);
        link.Machine.Attach(transport.Dial(context.Poller, address, LinkSettings.From(options), link.Machine));
        if (key is not null)
        {
            _shared.Add(key, link);
        }

        return link;
    }

    /// <summary>No session may join the link any more.</summary>
    public void Forget(ClientLink link)
    {
        if (link.Key is not null && _shared.TryGetValue(link.Key, out var present) && ReferenceEquals(present, link))
        {
            _shared.Remove(link.Key);
        }
    }
}
