using Accelio.Reactive.Engine;

namespace Accelio.Reactive;

/// <content>Servers: the connections that the client brings.</content>
internal sealed partial class WideSession : IServedSession
{
    private readonly WideServer? _server;
    private SessionPeer _peer;
    private uint? _wireId;
    private bool _awaitsFirst;

    /// <inheritdoc/>
    void IServedSession.OnHello(ServerCore portal, IncomingHello hello)
    {
        if (!SessionKeys.IsForeign(hello, _peer))
        {
            Home.RunSoon(new ActionItem(() => Admit(portal, hello)));
        }
    }

    /// <inheritdoc/>
    void IServedSession.OnReturn(ServerCore portal, IncomingHello hello)
    {
        foreach (var part in _parts)
        {
            if (part.HasConnection(hello.Resume!.Value.Connection))
            {
                part.Return(portal, hello, _peer);
                return;
            }
        }

        if (portal.Directory.Find(hello.SessionId) is { } next && !ReferenceEquals(next, this))
        {
            // It was handed over at home in this moment.
            next.OnReturn(portal, hello);
            return;
        }

        hello.Decline(AccelioStatus.NotSession);
    }

    /// <summary>Takes a client's request over: on this link, or at the portals of the plan. On the context of the link.</summary>
    internal void Accept(ServerCore at, IncomingSession incoming, in PortalPlan plan, ReadOnlySpan<byte> privateData)
    {
        var key = SessionKeys.New(at.Context.Entropy);
        _peer = incoming.ToPeer(key);
        var id = at.Directory.Enter(this, incoming.Link, at.Context.Entropy);
        _wireId = id;
        if (plan.Portals.Length == 0)
        {
            // Its home is here.
            if (!Home.TryAdd(this))
            {
                incoming.Reject(AccelioStatus.SessionRefused, default);
                Refuse();
                return;
            }

            var part = AddPart(at.Context, _options, at, holdsSharedContext: false);
            if (at.TryTake(part))
            {
                part.AcceptAs(id, key, incoming, privateData);
            }

            return;
        }

        // Known at home before the first greeting can come.
        Home.RunSoon(new ActionItem(AwaitFirst));
        if (!incoming.AcceptAt(plan.Portals, privateData, id, key))
        {
            RunAtHome(() => End(Gone));
        }
    }

    private static CloseInfo Gone => new(CloseReason.ConnectionLost, AccelioStatus.SessionDisconnected, "The client was gone before it had brought a connection to a portal.");

    private void AwaitFirst()
    {
        if (IsOver)
        {
            return;
        }

        _awaitsFirst = true;
        if (!Home.TryAdd(this))
        {
            Refuse();
        }
        else if (_options.SetupTimeout != Timeout.InfiniteTimeSpan)
        {
            Home.Poller.Timers.Schedule(_limit, Home.Poller.Now + _options.SetupTimeout.Ticks);
        }
    }

    private void Admit(ServerCore portal, IncomingHello hello)
    {
        Mover?.BreakOff(MigrationRun.IsAddedTo);
        if (IsOver || _closesHere || _hasLeft || _state == SessionState.Closing)
        {
            Refuse(portal, hello);
            return;
        }

        var part = AddPart(portal.Context, _options, portal, holdsSharedContext: false);
        var peer = _peer;
        var isPosted = part.RunOnContext(() =>
        {
            if (portal.TryTake(part))
            {
                part.Greet(hello, peer);
            }
            else
            {
                hello.Refuse("the server is closing");
                part.AbortNow();
            }
        });
        if (!isPosted)
        {
            PartClosed(part, Gone);
        }
    }

    private static void Refuse(ServerCore portal, IncomingHello hello)
    {
        if (portal.Context.Poller.IsCurrent)
        {
            hello.Refuse($"hello for session 0x{hello.SessionId:x8}, which is closing");
        }
        else
        {
            portal.Context.Poller.Post(new ActionItem(() => hello.Refuse($"hello for session 0x{hello.SessionId:x8}, which is closing")));
        }
    }

    private void OnLimit()
    {
        if (_closesHere)
        {
            AbortNow();
        }
        else
        {
            End(new CloseInfo(CloseReason.TimedOut, AccelioStatus.Timeout, $"The client brought no connection to a portal within SetupTimeout, {_options.SetupTimeout}."));
        }
    }
}
