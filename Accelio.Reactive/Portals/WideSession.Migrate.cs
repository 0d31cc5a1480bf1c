using System.Runtime.CompilerServices;
using Accelio.Reactive.Engine;

namespace Accelio.Reactive;

/// <content>Servers: the session moves to another server, or comes from one, with connections on several contexts.</content>
internal sealed partial class WideSession : IMovableSession
{
    // The connections have left, or are leaving: there is nothing to add another one to.
    private bool _hasLeft;

    /// <summary>The server that accepted the session; null for clients.</summary>
    internal WideServer? Server => _server;

    /// <inheritdoc/>
    SessionPeer IMovableSession.Client => _peer;

    /// <inheritdoc/>
    uint? IMovableSession.KnownAs => _wireId;

    /// <inheritdoc/>
    public MigrationRun? Mover { get; set; }

    /// <inheritdoc/>
    public IReadOnlyList<MovingConnection> ListMoving() =>
        _state == SessionState.Established && _parts.Length == _lanes.Length ? [.. ListLanes()] : [];

    /// <summary>Those of the connections that are there, each with its part. Home context only.</summary>
    internal IEnumerable<MovingConnection> ListLanes() => _lanes.Select(static lane => new MovingConnection(lane.Core, lane));

    /// <inheritdoc/>
    void IMovableSession.Leave(string target, bool isNewSession)
    {
        _hasLeft = true;
        if (!IsOver)
        {
            _events.Push(new SessionMigrated(target, isNewSession));
        }
    }

    /// <inheritdoc/>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    async ValueTask IServedSession.MakeWayAsync(UInt128 key)
    {
        await Home.SwitchTo();
        var parts = _parts;
        if (parts.Length == 0 || _peer.Key != key)
        {
            return;
        }

        foreach (var part in parts)
        {
            await part.Context.SwitchTo();
            if (!part.AwaitsClient)
            {
                return;
            }
        }

        foreach (var part in parts)
        {
            await part.Context.SwitchTo();
            part.AbortNow();
        }

        await Home.SwitchTo();
        _server!.Directory.Remove(_wireId!.Value, this);
        AbortNow();
    }

    /// <summary>Takes the session over, each connection at one of the portals. Home context only.</summary>
    /// <returns>What the client has to show, for each.</returns>
    /// <exception cref="AccelioException">A portal takes nothing any more, or has no room.</exception>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    internal async ValueTask<TakenConnection[]> ImportAsync(HandOverState state, IReadOnlyList<ServerCore> portals, Func<ServerCore, string> addressOf)
    {
        (_wireId, _peer) = (state.Id, new SessionPeer(state.PeerId, state.Depths, state.Key, _remoteEndPoint));
        var taken = new TakenConnection[portals.Count];
        for (var i = 0; i < taken.Length; i++)
        {
            var portal = portals[i];
            var part = AddPart(portal.Context, _options, portal, holdsSharedContext: false);
            await portal.Context.SwitchTo();
            if (!portal.TryTake(part))
            {
                throw ServerCore.Refusal("that server is closing");
            }

            taken[i] = new TakenConnection(part.Import(state, [state.Connections[i]])[0], addressOf(portal));
            await Home.SwitchTo();
        }

        return taken;
    }

    /// <summary>Makes the part to which a connection moves that is quiet, on the context of another portal. Home context only.</summary>
    /// <exception cref="AccelioException">The portal takes nothing any more, or has no room.</exception>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    internal async ValueTask<SessionCore> ImportAsync(MovingConnection moving, ServerCore portal)
    {
        var (part, peer) = (AddPart(portal.Context, _options, portal, holdsSharedContext: false), _peer);
        await new ContextSwitch(portal.Context.Poller, isOptional: true);
        if (!portal.Context.Poller.IsCurrent)
        {
            PartClosed(part, Gone);
            throw ServerCore.Refusal("the portal's context was disposed");
        }

        try
        {
            if (!portal.TryTake(part))
            {
                throw ServerCore.Refusal("the portal is closing");
            }

            part.Import(moving, peer);
            return part;
        }
        catch
        {
            part.GiveBack();
            throw;
        }
    }

    /// <summary>Connections go on at another portal of this server. Home context only.</summary>
    internal void OnMovedTo(string target) => _events.Push(new SessionMigrated(target, IsNewSession: false));

    /// <summary>The session is not taken over after all. Home context only.</summary>
    internal void Discard(string why) => AbortAs(new CloseInfo(CloseReason.ClosedLocally, AccelioStatus.SessionAborted, why));

    /// <summary>The client of a session that was taken over is here with a connection.</summary>
    internal void PartArrived(ConnectionCore connection)
    {
        var (local, remote) = (connection.LocalEndPoint, connection.RemoteEndPoint);
        Home.RunSoon(new ActionItem(() => (_localEndPoint, _remoteEndPoint) = (local, remote)));
    }
}
