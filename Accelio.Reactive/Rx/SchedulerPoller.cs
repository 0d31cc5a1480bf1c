using System.Reactive.Concurrency;
using Accelio.Transports.Polling;

namespace Accelio.Reactive;

/// <summary>A poller without a thread: its duty cycles run inside actions of a scheduler, together with those of all other pollers of that scheduler.</summary>
internal sealed class SchedulerPoller : Poller
{
    private readonly SchedulerDriver _driver;
    private long _heldUntil;
    private bool _isAwake;

    public SchedulerPoller(IScheduler scheduler, PollerOptions options)
        : base(options)
    {
        _driver = SchedulerDriver.For(scheduler);
        ChecksCallers = _driver.IsVirtual;
        TryPrepareToSleep();
        Number = _driver.Add(this);
    }

    /// <summary>How many pollers the scheduler had before this one.</summary>
    public int Number { get; }

    /// <summary>How late it is each time it wakes up, in ticks; null is never late.</summary>
    public Func<long>? Lateness { get; set; }

    /// <summary>When it gets its next turn: what is due earlier waits. The driver only.</summary>
    internal long NextTurn => IsHeld ? _heldUntil : Timers.NextDueTime;

    /// <summary>Whether it gets no turns at present. The driver only.</summary>
    internal bool IsHeld => _heldUntil != 0 && _heldUntil > ReadTime();

    /// <summary>Whether its time is virtual, and everything has to stay on the scheduler's thread.</summary>
    public bool IsVirtual => _driver.IsVirtual;

    /// <summary>Where awaits go on in virtual time; null in real time.</summary>
    public SynchronizationContext? Synchronization => _driver.Synchronization;

    /// <summary>Gives it no turns until then. On the scheduler's thread.</summary>
    public void HoldUntil(long time) => _heldUntil = Math.Max(_heldUntil, time);

    /// <summary>From now on it gets its turns at once.</summary>
    public void LetGo()
    {
        Lateness = null;
        _heldUntil = 0;
    }

    /// <summary>Whether its turn is now; one that is late decides here by how much. The driver only.</summary>
    internal bool MayTurn()
    {
        if (IsHeld)
        {
            return false;
        }

        if (Lateness is null || _isAwake)
        {
            return true;
        }

        var now = ReadTime();
        if (!HasPendingWork && Timers.NextDueTime > now)
        {
            return false;
        }

        _isAwake = true;
        _heldUntil = now + Lateness();
        return !IsHeld;
    }

    /// <summary>Runs one duty cycle, the last one too. The driver only.</summary>
    /// <returns>How much was done.</returns>
    internal int Turn()
    {
        FinishSleep();
        var work = RunDutyCycle();
        if (IsStopping)
        {
            _driver.Remove(this);
            var previous = Enter();
            Shutdown();
            Exit(previous);
            ReportStopped();
        }

        return work;
    }

    /// <summary>Publishes that the next post must wake the driver. The driver only.</summary>
    /// <returns>False when there is work already.</returns>
    internal bool TrySleep()
    {
        if (IsHeld)
        {
            // It has its next turn, whatever comes.
            return true;
        }

        var sleeps = TryPrepareToSleep();
        _isAwake &= !sleeps;
        return sleeps;
    }

    /// <summary>In virtual time: runs what there is to do now, unless the scheduler does so already. For those who will not let time pass any
    /// more.</summary>
    public void RunNow() => _driver.RunNow();

    /// <inheritdoc/>
    protected override void CheckCaller() => _driver.DemandCaller();

    /// <inheritdoc/>
    protected override void Wake() => _driver.Wake();
}
