using System.Reactive.Concurrency;
using System.Reactive.Disposables;
using System.Runtime.CompilerServices;

namespace Accelio.Reactive;

/// <summary>
/// Drives all pollers of one scheduler: one scheduled action runs their duty cycles, in the order they were made, until none has anything left to do, at one instant of the scheduler's time. Only
/// that action and the next timer are ever scheduled: a hop between contexts costs no virtual time.
/// </summary>
#pragma warning disable CA1001 // Not disposable: lives as long as its scheduler.
internal sealed class SchedulerDriver
#pragma warning restore CA1001
{
    private static readonly ConditionalWeakTable<IScheduler, SchedulerDriver> Drivers = [];
    private readonly IScheduler _scheduler;
    private readonly Lock _gate = new();
    private readonly List<SchedulerPoller> _pollers = [];
    private readonly SerialDisposable _timer = new();
    private long _timerDue = long.MaxValue;
    private bool _isScheduled;
    private bool _isRunning;

    private SchedulerDriver(IScheduler scheduler) => _scheduler = scheduler;

    /// <summary>The driver of a scheduler; there is one.</summary>
    public static SchedulerDriver For(IScheduler scheduler) => Drivers.GetValue(scheduler, static s => new SchedulerDriver(s));

    /// <summary>Adds a poller.</summary>
    public void Add(SchedulerPoller poller)
    {
        lock (_gate)
        {
            _pollers.Add(poller);
        }
    }

    /// <summary>Removes a poller.</summary>
    public void Remove(SchedulerPoller poller)
    {
        lock (_gate)
        {
            _pollers.Remove(poller);
        }
    }

    /// <summary>Somebody has work. Any thread.</summary>
    public void Wake()
    {
        lock (_gate)
        {
            if (_isScheduled || _isRunning)
            {
                return;
            }

            _isScheduled = true;
        }

        _scheduler.Schedule(Run);
    }

    private void Run()
    {
        SchedulerPoller[] pollers;
        lock (_gate)
        {
            _isScheduled = false;
            _isRunning = true;
            pollers = [.. _pollers];
        }

        bool again;
        do
        {
            again = false;
            foreach (var poller in pollers)
            {
                again |= !poller.HasStopped && poller.Turn() != 0;
            }

            if (!again)
            {
                lock (_gate)
                {
                    _isRunning = false;
                }

                foreach (var poller in pollers)
                {
                    again |= !poller.HasStopped && !poller.TrySleep();
                }

                if (again)
                {
                    lock (_gate)
                    {
                        _isRunning = true;
                    }
                }
            }
        }
        while (again);

        ScheduleTimer(pollers);
    }

    private void ScheduleTimer(SchedulerPoller[] pollers)
    {
        var due = long.MaxValue;
        var now = 0L;
        foreach (var poller in pollers)
        {
            if (!poller.HasStopped)
            {
                due = Math.Min(due, poller.Timers.NextDueTime);
                now = poller.Now;
            }
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

    private void OnTimer()
    {
        _timerDue = long.MaxValue;
        Run();
    }
}
