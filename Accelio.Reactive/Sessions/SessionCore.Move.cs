namespace Accelio.Reactive;

/// <content>Going on elsewhere when the server drains: at another of the places that a redirect named. What waits goes there; what is under way ends where it is.</content>
internal sealed partial class SessionCore
{
    private readonly List<string> _left = [];
    private ConnectionCore? _moving;

    /// <summary>The server drains the session's one connection. Context only.</summary>
    /// <returns>Whether another place is looked for; its end is told by <c>EndMove</c> of the connection.</returns>
    internal bool TryMove(ConnectionCore from)
    {
        if (_sentTo is not null && _whole is { IsClient: true } whole && _state == SessionState.Established && !_isConnecting && _moving is null)
        {
            // The first part that is sent away sets the new session up, and the others come to it.
            _moving = from;
            _retries = 0;
            _askedBefore.Clear();
            LimitConnecting(Check.TicksOf(ClientOptions.ConnectTimeout));
            whole.PartLost(this, isRefused: true);
            return true;
        }

        if (_server is not null || _whole is not null || (_helloPeer is not null && _sentTo is null) || _isConnecting || _state != SessionState.Established || _connections.Length != 1
            || _route is not { } route)
        {
            return false;
        }

        // Whoever has sent the session away is not asked again.
        _left.Add(route.Target);
        var targets = _sentTo is { } target ? [new RouteTarget(target)] : route.Targets.Where(target => !_left.Exists(left => IsSameTarget(left, target.Uri))).ToArray();
        if (targets.Length == 0)
        {
            return false;
        }

        _moving = from;
        _retries = 0;
        if (_sentTo is not null)
        {
            _helloPeer = null;
            _askedBefore.Clear();
        }

        LimitConnecting(Check.TicksOf(ClientOptions.ConnectTimeout));
        _route = NewRoute(targets);
        _route.Begin();
        return _moving is not null;
    }

    /// <summary>The session stays no longer than where it is.</summary>
    internal void StopMoving()
    {
        if (_moving is null)
        {
            return;
        }

        if (_asking is { } connection)
        {
            Leave(connection);
            connection.Machine.Abort();
        }

        EndMoving();
    }

    /// <summary>There is another connection now, or there will be none.</summary>
    private void EndMoving()
    {
        if (_moving is { } from)
        {
            _moving = null;
            FinishConnecting(null);
            if (_retry is { IsScheduled: true } retry)
            {
                Poller.Timers.Cancel(retry);
            }

            // One that still looks for a link has work to end at its old server.
            if (from.Machine.IsSuspended && from.Reconnection is null)
            {
                EndFailOver(from);
            }
            else
            {
                if (_sentTo is not null && Usable is { IsOnline: true })
                {
                    TellPlace(new SessionMigrated(_sentTo, IsNewSession: true));
                }

                from.Machine.EndMove();
            }

            // It is there, or nowhere: what happens to the session from now on has nothing to do with it.
            _sentTo = null;
        }
    }

    /// <summary>There is nobody to connect to.</summary>
    private void FailConnecting(in Engine.CloseInfo info)
    {
        if (_moving is not null)
        {
            if (!TryFailOverAgain())
            {
                EndMoving();
            }
        }
        else
        {
            End(ToConnectFailure(info));
        }
    }
}
