using System.Diagnostics.CodeAnalysis;
using Accelio.Transports.Polling;

namespace Accelio.Reactive;

/// <content>Time: what is planned, and letting it pass.</content>
public sealed partial class SimulatedNetwork
{
    private static readonly TimeSpan UsualLimit = TimeSpan.FromHours(24);

    private readonly VirtualClock? _clock;
    private readonly long _began;
    private readonly List<Exception> _unhandled = [];
    private readonly List<ITimer> _planned = [];
    private readonly List<(long Step, Action Action)> _plannedSteps = [];

    /// <summary>How much time has passed since the network was made.</summary>
    public TimeSpan Elapsed => TimeSpan.FromTicks(ReadTime() - _began);

    /// <summary>How many things have been sent, in virtual time: packets of a link, their acknowledgements, calls, hang-ups. What <see cref="AtStep"/> counts.</summary>
    public long Steps => Wires.Steps;

    /// <summary>What can be done to the network, at a time: in the order of the calls where the times are the same.</summary>
    /// <param name="time">Since the network was made.</param>
    /// <exception cref="ArgumentOutOfRangeException">That time has passed.</exception>
    public SimulatedFaults At(TimeSpan time)
    {
        var wait = time - Elapsed;
        if (wait < TimeSpan.Zero)
        {
            throw new ArgumentOutOfRangeException(nameof(time), time, $"It is {Elapsed} already; use Faults for what happens now.");
        }

        return new SimulatedFaults(this, action => Plan(action, time - Elapsed), isInside: false);
    }

    /// <summary>What can be done to the network when so many things have been sent, in virtual time: a crash at any step. In the middle of what the sender does.</summary>
    /// <param name="step">More than <see cref="Steps"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">That step is over.</exception>
    /// <exception cref="InvalidOperationException">The network runs in real time, where steps are chance.</exception>
    public SimulatedFaults AtStep(long step)
    {
        DemandClock();
        if (step <= Steps)
        {
            throw new ArgumentOutOfRangeException(nameof(step), step, $"{Steps} steps are over; plan later ones.");
        }

        return new SimulatedFaults(
            this,
            action =>
            {
                _plannedSteps.Add((step, action));
                Wires.OnStep = OnStep;
            },
            isInside: true);
    }

    /// <summary>Runs a scenario in virtual time, from the present instant until its task has completed: time passes as fast as there is nothing to do.
    /// The scenario runs on the calling thread and on no context, after what was called before.</summary>
    /// <param name="scenario">What happens; delays in it take the time of a context, or of <see cref="TimeProvider"/>.</param>
    /// <param name="limit">How much time may pass; 24 hours if null, and no limit if infinite.</param>
    /// <exception cref="TimeoutException">The time was over.</exception>
    /// <exception cref="InvalidOperationException">Nothing is left that could happen, the network runs in real time, or the scheduler runs already.</exception>
    /// <exception cref="AggregateException">Exceptions have escaped into <see cref="AccelioContext.UnhandledExceptions"/> of contexts of hosts, or from
    /// programs of hosts. What the scenario throws is thrown as it is.</exception>
    public void Run(Func<Task> scenario, TimeSpan? limit = null)
    {
        ArgumentNullException.ThrowIfNull(scenario);
        Run(
            async () =>
            {
                await scenario();
                return true;
            },
            limit);
    }

    /// <inheritdoc cref="Run(Func{Task}, TimeSpan?)"/>
    /// <returns>The result of the scenario.</returns>
    public T Run<T>(Func<Task<T>> scenario, TimeSpan? limit = null)
    {
        ArgumentNullException.ThrowIfNull(scenario);
        var clock = DemandClock();
        var end = EndOf(limit);
        using var stop = end == long.MaxValue ? null : Later(clock.Stop, TimeSpan.FromTicks(end - ReadTime()));
        Task<T>? running = null;
        _driver!.RunNow();
        _driver.Run(() => running = Begin(scenario));
        if (!running!.IsCompleted)
        {
            _ = running.ContinueWith(
                _ => clock.Stop(), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
            clock.Start();
        }

        ThrowUnhandled();
        if (!running.IsCompleted)
        {
            throw ReadTime() >= end
                ? new TimeoutException($"The scenario was not over after {limit ?? UsualLimit} of virtual time.")
                : new InvalidOperationException("The scenario waits for something that never happens: nothing is left to be run, at no time.");
        }

#pragma warning disable VSTHRD002 // It has completed.
        return running.GetAwaiter().GetResult();
#pragma warning restore VSTHRD002
    }

    /// <summary>Lets everything happen until a time, what is due then included.</summary>
    /// <param name="time">Since the network was made.</param>
    /// <exception cref="ArgumentOutOfRangeException">That time has passed: time goes forwards.</exception>
    /// <exception cref="InvalidOperationException">The network runs in real time.</exception>
    /// <exception cref="AggregateException">Exceptions have escaped, see <see cref="Run(Func{Task}, TimeSpan?)"/>.</exception>
    public void AdvanceTo(TimeSpan time)
    {
        var clock = DemandClock();
        if (time < Elapsed)
        {
            throw new ArgumentOutOfRangeException(nameof(time), time, $"It is {Elapsed} already, and time goes forwards only.");
        }

        _driver!.RunNow();
        clock.AdvanceTo(_began + time.Ticks);
        ThrowUnhandled();
    }

    /// <summary>Lets some time pass.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The time is negative.</exception>
    /// <exception cref="InvalidOperationException">The network runs in real time.</exception>
    /// <exception cref="AggregateException">Exceptions have escaped, see <see cref="Run(Func{Task}, TimeSpan?)"/>.</exception>
    public void AdvanceBy(TimeSpan time)
    {
        Check.Range(time.Ticks, 0, long.MaxValue, nameof(time));
        AdvanceTo(Elapsed + time);
    }

    /// <summary>Lets happen what happens by itself: until nothing is under way and no context has anything to do but to wait for a time. What a
    /// partition holds does not count, nor do delays of user code and limits.</summary>
    /// <param name="limit">How much time may pass; 24 hours if null.</param>
    /// <exception cref="TimeoutException">The time was over.</exception>
    /// <exception cref="InvalidOperationException">The network runs in real time.</exception>
    /// <exception cref="AggregateException">Exceptions have escaped, see <see cref="Run(Func{Task}, TimeSpan?)"/>.</exception>
    public void RunUntilIdle(TimeSpan? limit = null)
    {
        var clock = DemandClock();
        var end = EndOf(limit);
        _driver!.RunNow();
        while (NextEvent() is var due && due != long.MaxValue)
        {
            if (due > end)
            {
                throw new TimeoutException($"Something was still under way after {limit ?? UsualLimit} of virtual time.");
            }

            clock.AdvanceTo(due);
        }

        ThrowUnhandled();
    }

    /// <summary>The time of the network: the scheduler's, or the machine's.</summary>
    public TimeProvider TimeProvider => Scheduler is { } scheduler ? field ??= new SchedulerTimeProvider(scheduler) : TimeProvider.System;

    /// <summary>An exception that nobody has caught.</summary>
    internal void Report(Exception exception)
    {
        lock (_gate)
        {
            _unhandled.Add(exception);
        }
    }

    /// <summary>Runs something soon: on the scheduler's thread and on no context, or at once in real time.</summary>
    internal void RunSoon(Action action)
    {
        if (_driver is { } driver)
        {
            driver.Post(static state => ((Action)state!)(), action);
        }
        else
        {
            action();
        }
    }

    /// <summary>Runs something in the scheduler's turn, and what it sets in motion.</summary>
    internal void RunInTurn(Action action)
    {
        if (_driver is { } driver)
        {
            driver.Run(action);
        }
        else
        {
            action();
        }
    }

    /// <summary>The time in the ticks of pollers.</summary>
    internal long ReadTime() => new PollerClock(TimeProvider).Read();

    private static async Task<T> Begin<T>(Func<Task<T>> scenario) => await scenario();

    // What has arrived at a context that is late waits for that; else its turn is at the next tick.
    private long NextEvent()
    {
        var (due, turn, now) = (Wires.NextDue, _driver!.NextHeldTurn, ReadTime());
        return due > now ? Math.Min(due, turn) : turn != long.MaxValue ? turn : now + 1;
    }

    private long EndOf(TimeSpan? limit)
    {
        var time = limit ?? UsualLimit;
        Check.PositiveTime(time, nameof(limit));
        return time == Timeout.InfiniteTimeSpan ? long.MaxValue : ReadTime() + time.Ticks;
    }

    private void Plan(Action action, TimeSpan wait)
    {
        lock (_gate)
        {
            // Timers that nobody refers to are collected.
            _planned.Add(Later(() => RunInTurn(action), wait));
        }
    }

    [SuppressMessage("Reliability", "CA2000:Dispose objects before losing scope", Justification = "The timer is the result.")]
    private ITimer Later(Action action, TimeSpan wait) =>
        TimeProvider.CreateTimer(static state => ((Action)state!)(), action, wait > TimeSpan.Zero ? wait : TimeSpan.Zero, Timeout.InfiniteTimeSpan);

    private void OnStep(long step)
    {
        for (var i = 0; i < _plannedSteps.Count; i++)
        {
            if (_plannedSteps[i].Step <= step)
            {
                var action = _plannedSteps[i].Action;
                _plannedSteps.RemoveAt(i--);
                action();
            }
        }
    }

    private VirtualClock DemandClock()
    {
        if (_clock is null)
        {
            throw new InvalidOperationException(Scheduler is null
                ? "The network runs in real time, which passes by itself. Make it with a TestScheduler or a HistoricalScheduler."
                : $"A {Scheduler.GetType().Name} is not driven from here. Make the network with a TestScheduler or a HistoricalScheduler, or let the scheduler run.");
        }

        return _clock.IsRunning || _driver!.IsRunning
            ? throw new InvalidOperationException("The scheduler runs already: inside of it, await what takes time.")
            : _clock;
    }

    private void ThrowUnhandled()
    {
        lock (_gate)
        {
            if (_unhandled.Count > 0)
            {
                var exceptions = _unhandled.ToArray();
                _unhandled.Clear();
                throw new AggregateException("Exceptions have escaped in the simulated world.", exceptions);
            }
        }
    }
}
