using System.Runtime.CompilerServices;
using Accelio.Reactive.Engine;
using Accelio.Transports.Wire;

namespace Accelio.Reactive;

/// <content>Moving from one server to another: servers hand the session over and take it over, clients go where they are sent.</content>
internal sealed partial class SessionCore : IMovableSession
{
    // Clients: where the server that is about to drain wants the session to go on.
    private string? _sentTo;

    // Clients: where the server is that has the session now, if it was moved.
    private string? _movedTo;

    /// <summary>Servers: taken over from elsewhere, and the client has not come yet. Context only.</summary>
    internal bool AwaitsClient { get; private set; }

    /// <inheritdoc/>
    PollerContext IMovableSession.Home => Context;

    /// <inheritdoc/>
    SessionPeer IMovableSession.Client => _peer;

    /// <inheritdoc/>
    uint? IMovableSession.KnownAs => WireId;

    /// <inheritdoc/>
    public MigrationRun? Mover { get; set; }

    /// <inheritdoc/>
    public IReadOnlyList<MovingConnection> ListMoving() =>
        _state == SessionState.Established ? [.. _connections.Select(connection => new MovingConnection(this, connection))] : [];

    /// <inheritdoc/>
    void IMovableSession.Leave(string target, bool isNewSession)
    {
        if (_state != SessionState.Closed)
        {
            _events.Push(new SessionMigrated(target, isNewSession));
        }
    }

    /// <inheritdoc/>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    async ValueTask IServedSession.MakeWayAsync(UInt128 key)
    {
        await Context.SwitchTo();
        if (AwaitsClient && _peer.Key == key)
        {
            AbortNow();
        }
    }

    /// <summary>Servers: the part of the session that has taken the place of this one, with its connection. Set on the context, before the end.</summary>
    internal SessionCore? Successor { get; set; }

    /// <summary>Servers: takes the session over, whose client brings a link for each connection. Context only.</summary>
    /// <returns>What the client has to show, for each.</returns>
    /// <exception cref="AccelioException">There is no room for one, or its id is taken.</exception>
    internal ResumeToken[] Import(HandOverState state, IReadOnlyList<ConnectionHandOver> connections)
    {
        if (_whole is null)
        {
            WireId = state.Id;
        }

        _peer = new SessionPeer(state.PeerId, state.Depths, state.Key, _remoteEndPoint);
        var tokens = new ResumeToken[connections.Count];
        for (var i = 0; i < tokens.Length; i++)
        {
            var connection = Import(connections[i], token: null);
            tokens[i] = connection.Machine.Token;
            _whole?.PartEstablished(this, connection);
        }

        BeginAwaiting();
        return tokens;
    }

    /// <summary>Servers: takes a connection over from another part of the session. Context only.</summary>
    /// <exception cref="AccelioException">There is no room for it.</exception>
    internal void Import(MovingConnection moving, in SessionPeer peer)
    {
        _peer = peer;
        Import(moving.HandOver, moving.OldToken);
        BeginAwaiting();
    }

    private ConnectionCore Import(in ConnectionHandOver state, ResumeToken? token)
    {
        var connection = NewConnection();
        connection.AttachImported(_server!.NewImport(connection, state, _peer.Key, token), _localEndPoint, _remoteEndPoint);
        AddConnection(connection);
        return connection;
    }

    private void BeginAwaiting()
    {
        AwaitsClient = true;
        _state = SessionState.Established;
        WasEstablished = true;
        _events.Push(new SessionEstablished());
        FinishConnecting(null);
    }

    /// <summary>Servers: the session is not taken over after all. Context only.</summary>
    internal void Discard(string why) => AbortAs(new CloseInfo(CloseReason.ClosedLocally, AccelioStatus.SessionAborted, why));

    /// <summary>Servers: the connection stays with the other part after all, and its id, too. Context only.</summary>
    internal void GiveBack()
    {
        foreach (var connection in _connections)
        {
            connection.Machine.LeaveId();
        }

        // It never was anybody's.
        WasEstablished = false;
        AbortNow();
    }

    /// <summary>Clients: the server has moved the connection. Context only.</summary>
    internal void OnMoved(ConnectionCore connection, string target)
    {
        // One that was broken off with its context has no time to go there and say so.
        if (!System.Uri.TryCreate(target, UriKind.Absolute, out _) || (_state == SessionState.Closed && Context.IsDisposed))
        {
            connection.Machine.GiveUp();
            return;
        }

        if (target == connection.Target && connection.Reconnection is not null)
        {
            // It was looking for a link, and had only asked at another portal of its server.
            connection.Machine.NoteReturn();
        }

        // The portals of the old server know nothing of the new one.
        _portals = [];
        MoveStandby(target);
        StopReconnecting(connection);
        connection.Target = target;
        connection.Reconnection = new Reconnection(this, connection, ClientOptions.ForMove());
        connection.Reconnection.Begin();
    }

    /// <summary>Clients: the server is about to drain the connection, and wants the session to go on elsewhere. Context only.</summary>
    internal void OnSentTo(string target) => _sentTo = target;

    /// <summary>What a connection that has a link again was about.</summary>
    private AccelioSessionEvent ReturnOf(ConnectionCore connection) =>
        connection.Machine.IsMoved ? new SessionMigrated(connection.Target!, IsNewSession: false) : new SessionResumed();
}
