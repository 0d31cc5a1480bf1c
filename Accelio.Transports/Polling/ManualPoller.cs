using System.Runtime.InteropServices;

namespace Accelio.Transports.Polling;

/// <summary>
/// A poller that its host drives by calling <see cref="Poll"/>, from one thread at a time. Between two calls the poller sleeps; whatever it
/// would have to be called for - a descriptor, a timer, something posted, work left over - shows in <see cref="PollHandle"/>, so that
/// a host with an event loop of its own watches that one handle.
/// </summary>
internal sealed class ManualPoller : Poller, IDisposable
{
    private readonly Reactor _reactor;
    private readonly IdleStrategy _idle;
    private int _isPolling;
    private volatile bool _mustEnd;

    /// <summary>Creates the poller. Throws <see cref="IOException"/> when the process has no descriptors left.</summary>
    public ManualPoller(PollerOptions? options = null)
        : base(options ?? new PollerOptions(), hasSockets: true, isDrivenByHost: true)
    {
        _reactor = Sockets!;
        _idle = new IdleStrategy(Options.SpinTime, _reactor);
        LeaveToHost();
    }

    /// <summary>
    /// Shows that <see cref="Poll"/> has something to do: an epoll descriptor that is readable then, or, with the portable engine, a wait
    /// handle of the runtime that is signalled then. The poller's own: the host watches it and does not close it.
    /// </summary>
    public SafeHandle PollHandle => _reactor.Handle;

    /// <summary>
    /// Runs a turn of the duty cycle; when there is nothing to do, waits for work at most so long (<see cref="Timeout.InfiniteTimeSpan"/>:
    /// without limit) and runs further ones. Returns the amount of work done, 0 when the time is over.
    /// <see cref="InvalidOperationException"/> when called from inside a callback or from two threads at once.
    /// </summary>
    public int Poll(TimeSpan timeout)
    {
        ObjectDisposedException.ThrowIf(HasStopped, this);
        if (!TryBeginPolling())
        {
            throw new InvalidOperationException($"the poller '{Options.Name}' is being polled already");
        }

        var work = Run(timeout);
        if (_mustEnd)
        {
            EndSoon();
        }

        return work;
    }

    /// <summary>
    /// Runs turns on the calling thread until the poller has stopped; somebody must have asked for that. When a host polls meanwhile the
    /// two take turns. Returns at once inside a callback: then the host polls on.
    /// </summary>
    public void RunUntilStopped()
    {
        while (!HasStopped && !IsCurrent)
        {
            if (TryBeginPolling())
            {
                Run(TimeSpan.FromMilliseconds(10));
            }
            else
            {
                _reactor.Yield();
            }
        }
    }

    /// <summary>
    /// Runs the turn in which the poller stops, here or, when somebody is polling at the moment, there before <see cref="Poll"/> returns.
    /// Does not wait. Any thread; what makes it stop must have been posted.
    /// </summary>
    public void EndSoon()
    {
        _mustEnd = true;
        while (!HasStopped && TryBeginPolling())
        {
            Run(TimeSpan.Zero);
        }
    }

    /// <summary>
    /// Stops the poller, on the calling thread: what has been posted is executed, the <see cref="Poller.OnStopping"/> callbacks run.
    /// Idempotent; inside a callback, or while somebody polls, it stops before that poll returns.
    /// </summary>
    public void Dispose()
    {
        _ = StopAsync();
        EndSoon();
    }

    /// <inheritdoc/>
    protected override void Wake() => _reactor.Wake();

    private bool TryBeginPolling() => Interlocked.Exchange(ref _isPolling, 1) == 0;

    private int Run(TimeSpan timeout)
    {
        if (HasStopped)
        {
            Volatile.Write(ref _isPolling, 0);
            return 0;
        }

        var previous = Enter();
        try
        {
            FinishSleep();
            var work = RunDutyCycle();
            return work > 0 || timeout == TimeSpan.Zero ? work : WaitForWork(timeout);
        }
        finally
        {
            if (IsStopping)
            {
                Shutdown();
                _idle.Dispose();
            }
            else
            {
                LeaveToHost();
            }

            Exit(previous);
            Interlocked.Exchange(ref _isPolling, 0);
            if (IsStopping)
            {
                ReportStopped();
            }
        }
    }

    private int WaitForWork(TimeSpan timeout)
    {
        var begin = PollerClock.Machine.Read();
        var end = timeout == Timeout.InfiniteTimeSpan || timeout.Ticks > long.MaxValue - begin ? long.MaxValue : begin + timeout.Ticks;
        for (var now = begin; now < end; now = PollerClock.Machine.Read())
        {
            if (HasPendingWork || _idle.ShouldSpin(now))
            {
                _reactor.Yield();
            }
            else
            {
                Block(end - now);
            }

            var work = RunDutyCycle();
            if (work > 0)
            {
                _idle.OnWork();
                return work;
            }
        }

        return 0;
    }

    private void Block(long limit)
    {
        _idle.OnBlock();
        _reactor.PrepareToSleep();
        if (TryPrepareToSleep())
        {
            // As unsigned numbers, the -1 that stands for "no limit" is the largest.
            var untilDue = (uint)Timers.MillisecondsUntilDue(Now);
            var untilLimit = (uint)TimerWheel.ToMilliseconds(limit);
            _reactor.Wait((int)Math.Min(untilDue, untilLimit));
            FinishSleep();
        }
    }

    /// <summary>From here on the poller sleeps, and its descriptor has to show whatever it would have to wake up for.</summary>
    private void LeaveToHost()
    {
        _idle.OnBlock();
        _reactor.PrepareToSleep();
        if (!TryPrepareToSleep())
        {
            _reactor.Wake();
        }

        _reactor.SetAlarm(Timers.NextDueTime, Now);
    }
}
