using Accelio.Transports.Polling;

namespace Accelio.Reactive.Tests.Polling;

/// <summary>A poller without descriptors that a test turns by hand, as a scheduler would.</summary>
internal sealed class LoopPoller : Poller
{
    public LoopPoller(TimeProvider? time = null, bool poison = false)
        : base(new PollerOptions { TimeProvider = time ?? TimeProvider.System, PoisonMemory = poison, QuarantineOfMemory = poison ? 32 : 0 })
    {
    }

    public int Wakes { get; private set; }

    public bool Sleep() => TryPrepareToSleep();

    public void StopNow() => Shutdown();

    /// <summary>Runs turns until nothing is left to do.</summary>
    public void Settle()
    {
        do
        {
            RunDutyCycle();
        }
        while (HasPendingWork);
    }

    protected override void Wake() => Wakes++;
}
