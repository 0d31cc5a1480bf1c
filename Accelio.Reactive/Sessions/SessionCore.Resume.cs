using Accelio.Reactive.Engine;
using Accelio.Transports.Polling;

namespace Accelio.Reactive;

/// <content>Lost links: going on over another one with the same server, or, where that is gone, with a new one.</content>
internal sealed partial class SessionCore
{
    // Clients: where else the server that has the session can be reached.
    private IReadOnlyList<string> _portals = [];
    private SessionJoint? _joint;

    // Clients: what a redirect named, and where the session was opened; none as long as it has been nowhere else.
    private IReadOnlyList<RouteTarget> _places = [];
    private RouteTarget? _unreachable;
    private bool _isLeading;
    private RetryTimer? _retry;
    private int _retries;

    /// <summary>A connection has lost its link. Context only.</summary>
    /// <returns>Whether it is kept.</returns>
    internal bool TrySuspend(ConnectionCore connection, in CloseInfo info)
    {
        if (_state is not (SessionState.Established or SessionState.Closing)
            || (_server is null ? connection.Target is null || ClientOptions.Reconnect.MaxAttempts == 0 : !_server.TryKeep(connection)))
        {
            return false;
        }

        Tell(new SessionReconnecting(info.Detail));
        if (_server is null)
        {
            connection.Reconnection = new Reconnection(this, connection, ClientOptions);
            connection.Reconnection.Begin();
        }

        return true;
    }

    /// <summary>Clients: where a connection can go on, its own portal first. Context only.</summary>
    internal IReadOnlyList<RouteTarget> TargetsFor(ConnectionCore connection) => [.. PathsTo(_portals).Concat(ClientOptions.Paths.Count == 0 ? [] : PathsTo(_movedTo ?? Uri)).Prepend(connection.Path!.Value).Distinct()];

    /// <summary>A connection goes on over another link. Context only.</summary>
    internal void OnResumed(ConnectionCore connection)
    {
        connection.Reconnection?.OnResumed();
        StopReconnecting(connection);
        if (_connections.Length == 1)
        {
            (_localEndPoint, _remoteEndPoint) = (connection.LocalEndPoint, connection.RemoteEndPoint);
        }

        if (AwaitsClient)
        {
            AwaitsClient = false;
            _whole?.PartArrived(connection);
        }

        StandBy();
        Tell(ReturnOf(connection));
    }

    /// <summary>Clients: the server has nothing to go on with. Context only.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="target">Who says so.</param>
    /// <param name="status">What it says.</param>
    internal void OnInstanceGone(ConnectionCore connection, string target, AccelioStatus status)
    {
        _unreachable = null;
        Outlive(connection, $"the server that answers at {target} does not have the session any more: {StatusText(status)}");
    }

    /// <summary>The time in which a connection could go on is over. Context only.</summary>
    /// <returns>Whether the session goes on as a new one at another place.</returns>
    internal bool TryOutlive(ConnectionCore connection)
    {
        if (_sentTo is null && !ReferenceEquals(connection, _moving) && !_places.Any(place => place != connection.Path))
        {
            return false;
        }

        _unreachable = connection.Path;
        Outlive(connection, $"the server could not be reached again at {connection.Target}");
        return true;
    }

    private void Outlive(ConnectionCore connection, string why)
    {
        StopReconnecting(connection);
        var fault = $"The link was lost ({connection.Machine.Suspension.Detail}), and {why}.";
        var hadWork = connection.OutstandingMessages != 0;
        connection.Machine.Outlive(new Failure(FailureKind.ConnectionLost, AccelioStatus.SessionDisconnected, fault));
        if (_state == SessionState.Established && _moving is null && _connections.Any(other => other != connection && other.Machine.IsTaking))
        {
            // It was sent to another server before, and is there: what ends here is the rest of the old connection, and what was still under way on that.
            if (hadWork)
            {
                Tell(new SessionFailedOver(Target));
            }

            MoveQueued(connection.Machine, connection.Machine.Suspension.ToFailure());
            connection.Machine.GiveUp();
            return;
        }

        if (ReferenceEquals(connection, _moving))
        {
            // A new session was being looked for already.
            return;
        }

        if (_state != SessionState.Established || _moving is not null)
        {
            connection.Machine.GiveUp();
            return;
        }

        _moving = connection;
        _helloPeer = null;
        _askedBefore.Clear();
        _retries = 0;
        _joint = null;
        LimitConnecting(Check.TicksOf(ClientOptions.ConnectTimeout));
        if (_whole is null)
        {
            FailOver();
        }
        else
        {
            _whole.PartLost(this, isRefused: false);
        }
    }

    /// <summary>For which of the sessions that were set up one after the other the connection is. The whole's business.</summary>
    internal int Generation { get; set; }

    /// <summary>Parts: this one sets the new session up. Context only.</summary>
    internal void Lead()
    {
        if (_moving is not null)
        {
            (_isLeading, _joint) = (true, null);
            FailOver();
        }
    }

    /// <summary>Parts: another one has set the new session up. Context only.</summary>
    internal void Follow(SessionJoint joint)
    {
        if (_moving is not null)
        {
            (_isLeading, _joint) = (false, joint);
            FailOver();
        }
    }

    /// <summary>Parts: the session is over that another one has set up. There will be a new one.</summary>
    private bool TryLead(in CloseInfo info)
    {
        if (_joint is null || info.Status != AccelioStatus.NotSession)
        {
            return false;
        }

        (_asking, _joint) = (null, null);
        _route?.Stop();
        _whole!.PartLost(this, isRefused: true);
        return true;
    }

    /// <summary>Servers: whether a client may have a connection back, and, if so, its way there. On the portal's context.</summary>
    internal void Return(ServerCore portal, IncomingHello hello, SessionPeer peer)
    {
        if (!ReferenceEquals(portal.Context, Context))
        {
            ReturnInquiry.Begin(portal, _server!, hello, () => CheckReturn(hello, peer, out _));
            return;
        }

        var status = CheckReturn(hello, peer, out var connection);
        if (status == AccelioStatus.Success)
        {
            connection!.Machine.Return(hello);
        }
        else
        {
            // A connection that is being moved is at one place or the other in a moment.
            hello.Decline(status, status == AccelioStatus.InProgress ? TimeSpan.TicksPerMillisecond * 10 : 0);
        }
    }

    /// <summary>Servers: whether a client may have a connection back. Context only.</summary>
    private AccelioStatus CheckReturn(IncomingHello hello, in SessionPeer peer, out ConnectionCore? connection)
    {
        connection = Array.Find(_connections, other => other.Machine.LocalId == hello.Resume!.Value.Connection);
        var status = connection is null ? AccelioStatus.NotSession
            : !peer.IsSource(hello) ? AccelioStatus.SessionRefused
            : connection.Machine.CheckReturn(hello);
        if (status is not (AccelioStatus.Success or AccelioStatus.NotSession or AccelioStatus.InProgress))
        {
            Context.NoteRefusedResume(hello.Link.Link.RemoteEndPoint, status);
        }

        return status;
    }

    /// <summary>Whether a client may have the connection with this id back here. Any thread.</summary>
    internal bool HasConnection(uint id) => Array.Exists(_connections, connection => connection.Machine.LocalId == id);

    /// <inheritdoc/>
    void IServedSession.OnReturn(ServerCore portal, IncomingHello hello) => Return(portal, hello, _peer);

    private void StopReconnecting(ConnectionCore connection)
    {
        _server?.Release(connection);
        connection.Reconnection?.Stop();
        connection.Reconnection = null;
    }

    /// <summary>Asks for a new session in the place of the one that is gone: where it was, at the other places that it knows, and where it was opened. Where nobody was for so long comes last.</summary>
    private void FailOver()
    {
        _route?.Stop();
        if (_joint is { } joint)
        {
            GoTo(joint);
            return;
        }

        _helloPeer = null;
        if (_sentTo is { } target)
        {
            _route = NewRoute([new RouteTarget(target)]);
            _route.Begin();
            return;
        }

        var known = new[] { _moving!.Path!.Value }.Concat(_places).Concat(_route?.Targets ?? []).Concat(PathsTo(Uri)).Distinct();
        _route = NewRoute([.. known.OrderBy(target => target == _unreachable)]);
        _route.Begin();
    }

    /// <summary>A server that is about to come up again is worth another try, as long as there is time; so is one to which the session was sent.</summary>
    private bool TryFailOverAgain()
    {
        var pause = ClientOptions.Reconnect.Backoff.DelayBefore(++_retries + 1, Context.Entropy.NextUInt32() / (double)uint.MaxValue).Ticks;
        if ((_sentTo is null && !_moving!.Machine.IsSuspended) || Poller.Now + pause >= _deadline)
        {
            return false;
        }

        _retry ??= new RetryTimer(this);
        Poller.Timers.Schedule(_retry, Poller.Now + pause);
        return true;
    }

    /// <summary>There is a new session with the connection just made, or there will be none.</summary>
    private void EndFailOver(ConnectionCore from)
    {
        var isDone = Usable is { IsOnline: true };
        if (isDone)
        {
            TellPlace(new SessionFailedOver(Target));
        }

        if (isDone || _whole?.FindPart(this) is not null)
        {
            MoveQueued(from.Machine, new Failure(FailureKind.ConnectionLost, AccelioStatus.SessionDisconnected, "The connection that was chosen for the message is lost; nothing of it was sent."));
        }

        from.Machine.GiveUp();
    }

    private void Tell(AccelioSessionEvent what)
    {
        if (_whole is null)
        {
            _events.Push(what);
        }
        else
        {
            _whole.PartTells(what);
        }
    }

    /// <summary>There is a connection to a session that was set up anew; of several connections one tells so.</summary>
    private void TellPlace(AccelioSessionEvent what)
    {
        if (_whole is null)
        {
            _events.Push(what);
        }
        else
        {
            _whole.PartIsThere(this, what);
        }
    }

    private static string StatusText(AccelioStatus status) => status == AccelioStatus.NotSession ? "it was started again, or has given it up" : $"it says {status}";

    private sealed class RetryTimer(SessionCore session) : WheelTimer
    {
        /// <inheritdoc/>
        public override void OnTimer(long now)
        {
            if (session._moving is not null)
            {
                session.FailOver();
            }
        }
    }
}
