using System.Runtime.CompilerServices;
using Accelio.Reactive.Engine;
using Accelio.Transports.Polling;

namespace Accelio.Reactive;

/// <summary>
/// One session being moved: all its connections become quiet, and stay so until they depart or the move is broken off - by its limit, by the end of a connection, by the client, or by the other place. Its state belongs to
/// the session's home context; the connections tell it on theirs.
/// </summary>
internal sealed class MigrationRun : IMigrationListener, IDisposable
{
    /// <summary>Why a session stays whose client greets meanwhile: what is handed over would be less than the whole.</summary>
    public const string IsAddedTo = "its client adds a connection";

    private readonly IMovableSession _session;
    private readonly Signal _settled;
    private readonly CancellationTokenSource _brokenOff = new();
    private readonly CancellationTokenRegistration _canceled;
    private readonly LimitTimer _timer;
    private readonly TimeSpan _limit;
    private int _busy;
    private bool _isOver;

    public MigrationRun(IMovableSession session, IReadOnlyList<MovingConnection> connections, TimeSpan limit, CancellationToken token)
    {
        _session = session;
        _limit = limit;
        Connections = connections;
        _busy = connections.Count;
        _settled = new Signal(session.Home);
        _timer = new LimitTimer(this);
        if (session.Mover is not null)
        {
            BreakOff("it is being moved already");
            return;
        }

        session.Mover = this;
        _canceled = token.UnsafeRegister(static (run, _) => ((MigrationRun)run!).BreakOffSoon("the call's token has fired"), this);
    }

    /// <summary>The connections.</summary>
    public IReadOnlyList<MovingConnection> Connections { get; }

    /// <summary>Fires when the move is broken off.</summary>
    public CancellationToken BrokenOff => _brokenOff.Token;

    /// <summary>Why the session stays; null as long as it may leave.</summary>
    public string? Reason { get; private set; }

    private PollerContext Home => _session.Home;

    /// <summary>Waits until nothing is under way on any connection, or the session stays.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public async ValueTask BecomeQuietAsync()
    {
        if (Connections.Count is 0 or > HandOverState.MaxConnections)
        {
            BreakOff(Connections.Count == 0 ? "it has no connection, or one that is being made or closed" : $"it has more than {HandOverState.MaxConnections} connections");
        }

        if (Reason is not null)
        {
            return;
        }

        if (_limit != Timeout.InfiniteTimeSpan)
        {
            Home.Poller.Timers.Schedule(_timer, Home.Poller.Now + _limit.Ticks);
        }

        foreach (var moving in Connections)
        {
            if (!moving.Part.RunOnContext(() => moving.Machine.Prepare(this)))
            {
                BreakOff($"the context {moving.Part.Context.Name} was disposed");
            }
        }

        await _settled.WaitAsync().ConfigureAwait(false);
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
        foreach (var moving in Connections)
        {
            moving.Part.RunOnContext(() => moving.Machine.Stay(this));
        }
    }

    /// <summary>The move may not be broken off any more: each connection departs, on its context.</summary>
    /// <returns>How many did. Others have ended, or have lost their link in this moment.</returns>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<int> DepartAsync(Func<MovingConnection, bool> depart)
    {
        _isOver = true;
        Home.Poller.Timers.Cancel(_timer);
        var departed = 0;
        foreach (var moving in Connections)
        {
            await new ContextSwitch(moving.Part.Poller, isOptional: true);
            if (moving.Part.Poller.IsCurrent && depart(moving))
            {
                departed++;
            }
        }

        await Home.SwitchTo();
        return departed;
    }

    /// <summary>The connections have not departed after all.</summary>
    public void Fail(string reason) => Reason = reason;

    /// <inheritdoc/>
    public void Dispose()
    {
        _isOver = true;
        if (ReferenceEquals(_session.Mover, this))
        {
            _session.Mover = null;
        }

        _canceled.Dispose();
        _brokenOff.Dispose();
    }

    /// <inheritdoc/>
    void IMigrationListener.OnQuiet(ConnectionMachine connection)
    {
        var moving = Connections.First(moving => ReferenceEquals(moving.Machine, connection));
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
    void IMigrationListener.OnUnwilling(ConnectionMachine connection, string reason) => BreakOffSoon(reason);

    /// <inheritdoc/>
    void IMigrationListener.OnStayed(ConnectionMachine connection, string reason) => BreakOffSoon(reason);

    private void BreakOffSoon(string reason) => Home.RunSoon(new ActionItem(() => BreakOff(reason)));

    private void OnLimit() => BreakOff(
        _busy != 0 ? $"work was under way for longer than the limit of {_limit}: handlers, leases of messages, or answers of the client" : $"the hand-over took longer than the limit of {_limit}");

    private sealed class LimitTimer(MigrationRun run) : WheelTimer
    {
        /// <inheritdoc/>
        public override void OnTimer(long now) => run.OnLimit();
    }
}
