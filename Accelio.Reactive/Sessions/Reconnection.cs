using Accelio.Reactive.Engine;
using Accelio.Transports.Polling;

namespace Accelio.Reactive;

/// <summary>
/// A client's search for another link for a connection that has lost its own: attempts with growing pauses, each at the connection's own portal first and then at the others of the server, until one succeeds, the
/// server says that it has nothing to go on with, or the connection gives up. A server that is there and says nothing is busy, and waited for. Context only.
/// </summary>
internal sealed class Reconnection : IRouteUser
{
    private readonly SessionCore _session;
    private readonly ConnectionCore _connection;
    private readonly ReconnectPlan _plan;
    private readonly PauseTimer _pause;
    private AccelioSessionOptions _options;
    private RouteTarget? _first;
    private Route? _route;
    private bool _isOver;

    public Reconnection(SessionCore session, ConnectionCore connection, AccelioSessionOptions options)
    {
        _session = session;
        _connection = connection;
        _options = options;
        _pause = new PauseTimer(this);
        var targets = session.TargetsFor(connection);
        _plan = new ReconnectPlan(options.Reconnect, targets, session.Context.Entropy);
        _plan.Begin(targets[0], Poller.Now);
        _first = session.StandbyTarget;
    }

    private Poller Poller => _session.Poller;

    /// <summary>Begins, and goes on with the next attempt.</summary>
    public void Begin() => Pause();

    /// <summary>Nobody looks for a link any more.</summary>
    public void Stop()
    {
        _isOver = true;
        Poller.Timers.Cancel(_pause);
        _route?.Stop();
    }

    /// <summary>The link on which the server was asked is lost.</summary>
    public void OnLinkLost(in CloseInfo info)
    {
        if (_route is { } route)
        {
            route.WasSilent |= info.Reason == CloseReason.TimedOut;
            route.Next(info);
        }
    }

    /// <summary>The connection goes on, over the link of the present target.</summary>
    public void OnResumed()
    {
        if (_route is { } route)
        {
            _connection.Path = route.Current;
        }
    }

    /// <summary>The server does not go on with the connection, or not yet.</summary>
    public void OnRefused(AccelioStatus status, long retryAfter)
    {
        _route?.Stop();
        if (status == AccelioStatus.InProgress)
        {
            // At the same portal, on a link of its own: the one that others share leads to the wrong context again.
            _first = _route?.Current;
            _options = _options.WithOwnLink();
            _plan.OnThere(Poller.Now);
            Poller.Timers.Schedule(_pause, Poller.Now + Math.Max(retryAfter, TimeSpan.TicksPerMillisecond));
        }
        else
        {
            Stop();
            _session.OnInstanceGone(_connection, _route!.Target, status);
        }
    }

    /// <inheritdoc/>
    void IRouteUser.OnRouteReady(Route route, ClientLink link)
    {
        if (!_connection.Machine.TryResume(link.Machine))
        {
            // Another server has taken the place of the one that could.
            link.Leave(route);
            OnRefused(AccelioStatus.NotSupported, retryAfter: 0);
        }
    }

    /// <inheritdoc/>
    void IRouteUser.OnAnswerMissing(Route route) => _connection.Machine.LeaveLink();

    /// <inheritdoc/>
    void IRouteUser.OnTargetFailed(Route route, in CloseInfo info) => _plan.OnFailed(route.Current, Poller.Now);

    /// <inheritdoc/>
    void IRouteUser.OnRouteFailed(Route route, in CloseInfo info)
    {
        if (route.WasSilent)
        {
            // Its system has taken the link, so it is not gone: user code keeps the context busy. ResumeWindow limits the wait.
            _plan.OnThere(Poller.Now);
        }

        Pause();
    }

    private void Pause()
    {
        if (_isOver)
        {
            return;
        }

        if (_plan.TryPlan(Poller.Now, out var delay))
        {
            if (delay == 0)
            {
                // Timers are late by up to a tick of the wheel.
                Poller.Enqueue(new ActionItem(Attempt));
            }
            else
            {
                Poller.Timers.Schedule(_pause, Poller.Now + delay);
            }
        }
        else
        {
            Stop();
            if (!_session.TryOutlive(_connection))
            {
                _connection.Machine.GiveUp();
            }
        }
    }

    private void Attempt()
    {
        if (_isOver)
        {
            return;
        }

        var limit = Check.TicksOf(_options.ConnectTimeout);
        var targets = _plan.Targets(Poller.Now);
        if (_first is { } first)
        {
            targets = [first, .. targets.Where(target => target != first)];
            _first = null;
        }

        _route = new Route(_session.Context, _options, this, targets)
        {
            Deadline = limit == long.MaxValue ? long.MaxValue : Poller.Now + limit,
            IncludesAnswer = true,
        };
        _route.Begin();
    }

    private sealed class PauseTimer(Reconnection reconnection) : WheelTimer
    {
        /// <inheritdoc/>
        public override void OnTimer(long now) => reconnection.Attempt();
    }
}
