using System.Reactive.Concurrency;
using Accelio.Transports.Polling;

namespace Accelio.Reactive;

/// <summary>A poller without a thread: its duty cycles run inside actions of a scheduler, together with those of all other pollers of that scheduler.</summary>
internal sealed class SchedulerPoller : Poller
{
    private readonly SchedulerDriver _driver;

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

    /// <summary>Whether its time is virtual, and everything has to stay on the scheduler's thread.</summary>
    public bool IsVirtual => _driver.IsVirtual;

    /// <summary>Where awaits go on in virtual time; null in real time.</summary>
    public SynchronizationContext? Synchronization => _driver.Synchronization;

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
    internal bool TrySleep() => TryPrepareToSleep();

    /// <summary>In virtual time: runs what there is to do now, unless the scheduler does so already. For those who will not let time pass any
    /// more.</summary>
    public void RunNow() => _driver.RunNow();

    /// <inheritdoc/>
    protected override void CheckCaller() => _driver.DemandCaller();

    /// <inheritdoc/>
    protected override void Wake() => _driver.Wake();
}
