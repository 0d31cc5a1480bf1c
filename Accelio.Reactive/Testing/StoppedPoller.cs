using Accelio.Transports.Polling;

namespace Accelio.Reactive;

/// <summary>The poller of messages that never travelled: one that has stopped before it began. It runs nothing, keeps nothing, and its time stands still.</summary>
internal sealed class StoppedPoller : Poller
{
    private StoppedPoller()
        : base(new PollerOptions { Name = "no context", TimeProvider = new StandingClock() })
    {
        var previous = Enter();
        Shutdown();
        Exit(previous);
        ReportStopped();
    }

    /// <summary>The only one.</summary>
    public static StoppedPoller Instance { get; } = new();

    /// <inheritdoc/>
    protected override void Wake()
    {
    }

    private sealed class StandingClock : TimeProvider
    {
        /// <inheritdoc/>
        public override long GetTimestamp() => 0;
    }
}
