namespace Accelio.Transports.Polling;

/// <summary>Settings of a poller; not changed after use.</summary>
internal sealed class PollerOptions
{
    /// <summary>Name of the thread, and of the poller in diagnostics.</summary>
    public string Name { get; init; } = "accelio";

    /// <summary>
    /// The cpu to pin the poller's thread to (the thread, never the process); null leaves the placement to the system. Pollers with a
    /// thread of their own only.
    /// </summary>
    public int? Cpu { get; init; }

    /// <summary>
    /// How long to go on looking for work after the last work before blocking: 0 blocks at once, <see cref="Timeout.InfiniteTimeSpan"/>
    /// never blocks.
    /// </summary>
    public TimeSpan SpinTime { get; init; } = TimeSpan.FromMicroseconds(50);

    /// <summary>By what the poller watches sockets.</summary>
    public ReactorKind Engine { get; init; }

    /// <summary>The only source of time of everything that lives on the poller.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>How exactly timers fire, ticks: late by less than this.</summary>
    public long TimerResolution { get; init; } = TimeSpan.TicksPerMillisecond;

    /// <summary>Slots that the links over RDMA share, for each device; 0 for slots of each link's own.</summary>
    public int SharedReceiveSlots { get; init; }

    /// <summary>For tests: released memory is overwritten, and checked when it is rented again.</summary>
    public bool PoisonMemory { get; init; }

    /// <summary>For tests: how many rents go by before released memory is used again.</summary>
    public int QuarantineOfMemory { get; init; }
}
