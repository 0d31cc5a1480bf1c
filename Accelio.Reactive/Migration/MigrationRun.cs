using System.Runtime.CompilerServices;
using Accelio.Reactive.Engine;
using Accelio.Transports.Polling;

namespace Accelio.Reactive;

/// <summary>
/// One session being moved: all its connections become quiet, and stay so until they depart or the move is broken off - by its limit, by the end of a connection, or by the other place. Its state belongs to the session's
/// home context; the connections tell it on theirs.
/// </summary>
internal sealed class MigrationRun : IMigrationListener, IDisposable
{
    private readonly IMovableSession _session;
    private readonly IReadOnlyList<MovingConnection> _connections;
    private readonly Signal _settled;
    private readonly CancellationTokenSource _brokenOff = new();
    private readonly LimitTimer _timer;
    private readonly TimeSpan _limit;
    private int _busy;
    private bool _isOver;

    public MigrationRun(IMovableSession session, TimeSpan limit)
    {
        _session = session;
        _limit = limit;
        _connections = session.ListMoving();
        _busy = _connections.Count;
        _settled = new Signal(session.Home);
        _timer = new LimitTimer(this);
    }

    /// <summary>The connections.</summary>
    public IReadOnlyList<MovingConnection> Connections => _connections;

    /// <summary>Fires when the move is broken off.</summary>
    public CancellationToken BrokenOff => _brokenOff.Token;

    /// <summary>Why the session stays; null as long as it may leave.</summary>
    public string? Reason { get; private set; }

    private PollerContext Home => _session.Home;

    /// <summary>Waits until nothing is under way on any connection, or the session stays.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public async ValueTask BecomeQuietAsync(CancellationToken token)
    {
        if (_connections.Count is 0 or > HandOverState.MaxConnections)
        {
            BreakOff(_connections.Count == 0 ? "it has no connection" : $"it has more than {HandOverState.MaxConnections} connections");
            return;
        }

        if (_limit != Timeout.InfiniteTimeSpan)
        {
            Home.Poller.Timers.Schedule(_timer, Home.Poller.Now + _limit.Ticks);
        }

        foreach (var moving in _connections)
        {
            if (!moving.Part.RunOnContext(() => moving.Machine.Prepare(this)))
            {
                BreakOff($"the context {moving.Part.Context.Name} was disposed");
            }
        }

        using (token.UnsafeRegister(static (run, _) => ((MigrationRun)run!).Home.RunSoon(new ActionItem(() => ((MigrationRun)run!).BreakOff("the call's token has fired"))), this))
        {
            await _settled.WaitAsync().ConfigureAwait(false);
        }

        await Home.SwitchTo();
    }

    /// <summary>The session stays; the first reason counts.</summary>
    public void BreakOff(string reason)
    {
        if (Reason is not null || _isOver)
        {
            return;
        }

        Reason = reason;
        Home.Poller.Timers.Cancel(_timer);
        _settled.Set();
        _brokenOff.Cancel();
        foreach (var moving in _connections)
        {
            moving.Part.RunOnContext(() => moving.Machine.Stay(this));
        }
    }

    /// <summary>The move may not be broken off any more: each connection departs, on its context.</summary>
    public void End(Action<MovingConnection> depart)
    {
        _isOver = true;
        Home.Poller.Timers.Cancel(_timer);
        foreach (var moving in _connections)
        {
            moving.Part.RunOnContext(() => depart(moving));
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _isOver = true;
        _brokenOff.Dispose();
    }

    /// <inheritdoc/>
    void IMigrationListener.OnQuiet(ConnectionMachine connection)
    {
        var moving = _connections.First(moving => ReferenceEquals(moving.Machine, connection));
        (moving.HandOver, moving.OldToken) = (connection.Export(), connection.Token);
        Home.RunSoon(new ActionItem(() =>
        {
            if (--_busy == 0)
            {
                _settled.Set();
            }
        }));
    }

    /// <inheritdoc/>
    void IMigrationListener.OnStayed(ConnectionMachine connection, string reason) => Home.RunSoon(new ActionItem(() => BreakOff(reason)));

    private void OnLimit() => BreakOff(
        _busy != 0 ? $"work was under way for longer than the limit of {_limit}: handlers, leases of messages, or answers of the client" : $"the hand-over took longer than the limit of {_limit}");

    private sealed class LimitTimer(MigrationRun run) : WheelTimer
    {
        /// <inheritdoc/>
        public override void OnTimer(long now) => run.OnLimit();
    }
}
