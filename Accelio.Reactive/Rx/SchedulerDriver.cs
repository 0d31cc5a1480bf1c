using System.Reactive.Concurrency;
using System.Reactive.Disposables;
using System.Runtime.CompilerServices;

namespace Accelio.Reactive;

/// <summary>
/// Drives all pollers of one scheduler: one scheduled action runs their duty cycles, in the order they were made, and the continuations that
/// have left them, until none has anything left to do, at one instant of the scheduler's time. Only that action and the next timer are ever
/// scheduled: a hop between contexts costs no virtual time. What user code throws never leaves the action, which would end the scheduler.
/// </summary>
#pragma warning disable CA1001 // Not disposable: lives as long as its scheduler.
internal sealed class SchedulerDriver
#pragma warning restore CA1001
{
    private static readonly ConditionalWeakTable<IScheduler, SchedulerDriver> Drivers = [];
    private readonly IScheduler _scheduler;
    private readonly VirtualSynchronizationContext? _synchronization;
    private readonly Lock _gate = new();
    private readonly Lock _running = new();
    private readonly Queue<(SendOrPostCallback Callback, object? State)> _continuations = new();
    private readonly SerialDisposable _timer = new();
    private SchedulerPoller[] _pollers = [];
    private int _added;
    private long _timerDue = long.MaxValue;
    private bool _isScheduled;
    private bool _isInAction;
    private bool _isWokenMeanwhile;

    private SchedulerDriver(IScheduler scheduler)
    {
        _scheduler = scheduler;
        if (IsVirtualTime(scheduler.GetType()))
        {
            _synchronization = new VirtualSynchronizationContext(this);
        }
    }

    /// <summary>Whether time is virtual, and everything has to stay on the scheduler's thread; a scheduler with a thread of its own takes calls from all.</summary>
    public bool IsVirtual => _synchronization is not null;

    /// <summary>Where awaits go on in virtual time; null in real time.</summary>
    public SynchronizationContext? Synchronization => _synchronization;

    /// <summary>Whether the calling thread is inside an action of the scheduler.</summary>
    public bool IsRunning => _running.IsHeldByCurrentThread;

    /// <summary>When the next of those that get no turns at present gets one; <see cref="long.MaxValue"/> when there is none.</summary>
    public long NextHeldTurn
    {
        get
        {
            var next = long.MaxValue;
            foreach (var poller in Volatile.Read(ref _pollers))
            {
                next = poller.IsHeld ? Math.Min(next, poller.NextTurn) : next;
            }

            return next;
        }
    }

    /// <summary>The driver of a scheduler; there is one.</summary>
    public static SchedulerDriver For(IScheduler scheduler) => Drivers.GetValue(scheduler, static s => new SchedulerDriver(s));

    /// <summary>Adds a poller.</summary>
    /// <returns>How many there were before it, those that have ended included.</returns>
    public int Add(SchedulerPoller poller)
    {
        lock (_gate)
        {
            _pollers = [.. _pollers, poller];
            return _added++;
        }
    }

    /// <summary>Removes a poller.</summary>
    public void Remove(SchedulerPoller poller)
    {
        lock (_gate)
        {
            _pollers = Array.FindAll(_pollers, other => !ReferenceEquals(other, poller));
        }
    }

    /// <summary>Throws when the scheduler runs an action on another thread: when a call would take effect is chance then.</summary>
    public void DemandCaller()
    {
        if (Volatile.Read(ref _isInAction) && !IsRunning)
        {
            throw ForeignCall();
        }
    }

    /// <summary>Lets something run on the scheduler's thread and on no context. Any thread; what comes from another one while the scheduler runs is run, and reported.</summary>
    public void Post(SendOrPostCallback callback, object? state)
    {
        lock (_gate)
        {
            if (_isInAction && !IsRunning)
            {
                _continuations.Enqueue((static _ => throw ForeignCall(), null));
            }

            _continuations.Enqueue((callback, state));
        }

        Wake();
    }

    /// <summary>Somebody has work. Any thread.</summary>
    public void Wake()
    {
        if (IsRunning)
        {
            // Whoever runs looks at everybody before he ends.
            return;
        }

        lock (_gate)
        {
            if (_isInAction)
            {
                // Another thread, a finalizer's for one: the scheduler, which need not be for many threads, is left alone, and who runs looks once more.
                _isWokenMeanwhile = true;
                return;
            }

            if (_isScheduled)
            {
                return;
            }

            _isScheduled = true;
        }

        _scheduler.Schedule(() =>
        {
            lock (_gate)
            {
                _isScheduled = false;
            }

            Run(static () => { });
        });
    }

    /// <summary>In virtual time: runs what there is to do, at the present instant; whoever runs already does so anyway.</summary>
    public void RunNow()
    {
        if (IsVirtual && !Volatile.Read(ref _isInAction))
        {
            Run(static () => { });
        }
    }

    /// <summary>Runs an action, and everything that it sets in motion, at the present instant. On the scheduler's thread.</summary>
    public void Run(Action action)
    {
        if (IsRunning)
        {
            action();
            return;
        }

        lock (_running)
        {
            var previous = SynchronizationContext.Current;
            SynchronizationContext.SetSynchronizationContext(_synchronization ?? previous);
            Volatile.Write(ref _isInAction, true);
            try
            {
                Guard(static state => ((Action)state!)(), action);
                while (RunTurns() || !TrySleep() || !TryLeave())
                {
                }
            }
            finally
            {
                Volatile.Write(ref _isInAction, false);
                SynchronizationContext.SetSynchronizationContext(previous);
            }

            ScheduleTimer();
        }
    }

    private static NonDeterministicCallException ForeignCall() => new(
        "A call into virtual time, or the continuation of an await, came from another thread while the scheduler ran an action. Everything in a simulated world has to run on the scheduler's "
        + "thread: use no Task.Run, give Task.Delay the context's TimeProvider, and do not put ConfigureAwait(false) on tasks that are not the library's; ChannelReader.ReadAllAsync does inside.");

    private static bool IsVirtualTime(Type? type)
    {
        while (type is not null && !(type.IsGenericType && type.GetGenericTypeDefinition() == typeof(VirtualTimeSchedulerBase<,>)))
        {
            type = type.BaseType;
        }

        return type is not null;
    }

    /// <summary>Gives everybody a turn.</summary>
    /// <returns>Whether something was done.</returns>
    private bool RunTurns()
    {
        var hasWorked = RunContinuations();
        foreach (var poller in Volatile.Read(ref _pollers))
        {
            hasWorked |= !poller.HasStopped && poller.MayTurn() && poller.Turn() != 0;
            hasWorked |= RunContinuations();
        }

        return hasWorked;
    }

    private bool RunContinuations()
    {
        var hasWorked = false;
        while (TryTake(out var next))
        {
            hasWorked = true;
            Guard(next.Callback, next.State);
        }

        return hasWorked;
    }

    private bool TryTake(out (SendOrPostCallback Callback, object? State) next)
    {
        lock (_gate)
        {
            return _continuations.TryDequeue(out next);
        }
    }

    /// <summary>The end of the action, unless another thread has brought work after everybody was looked at.</summary>
    private bool TryLeave()
    {
        lock (_gate)
        {
            _isInAction = _isWokenMeanwhile;
            _isWokenMeanwhile = false;
            return !_isInAction;
        }
    }

    private bool TrySleep()
    {
        var areAsleep = true;
        foreach (var poller in Volatile.Read(ref _pollers))
        {
            areAsleep &= poller.TrySleep();
        }

        return areAsleep;
    }

    private void Guard(SendOrPostCallback callback, object? state)
    {
        try
        {
            callback(state);
        }
        catch (Exception exception) when (Volatile.Read(ref _pollers) is [var first, ..])
        {
            // It has left its context, if it ever had one: the first tells.
            first.ReportUnhandled(exception);
        }
    }

    private void ScheduleTimer()
    {
        var due = long.MaxValue;
        var now = 0L;
        foreach (var poller in Volatile.Read(ref _pollers))
        {
            due = Math.Min(due, poller.NextTurn);
            now = poller.ReadTime();
        }

        if (due == _timerDue)
        {
            return;
        }

        _timerDue = due;
        _timer.Disposable = due == long.MaxValue
            ? Disposable.Empty
            : _scheduler.Schedule(TimeSpan.FromTicks(Math.Max(1, due - now)), OnTimer);
    }

    private void OnTimer() => Run(() => _timerDue = long.MaxValue);
}
