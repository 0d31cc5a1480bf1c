using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Accelio.Reactive;

/// <summary>Settings of a context; copied when the context is made.</summary>
public sealed class AccelioContextOptions
{
    /// <summary>Name of the context and of its thread, for logs and debuggers.</summary>
    public string Name { get; set; } = "accelio";

    /// <summary>The processor that the context's thread is pinned to; null leaves it to the system. Only for contexts with a thread of their own.</summary>
    public int? Cpu { get; set; }

    /// <summary>How long the context looks for work after the last it found before it blocks: zero blocks at once, <see cref="Timeout.InfiniteTimeSpan"/> never blocks. The default of 50 us
    /// saves the cost of a sleep and a wake-up, about 20 us each way, for answers that are on their way.</summary>
    public TimeSpan SpinTime { get; set; } = TimeSpan.FromMicroseconds(50);

    /// <summary>How the bytes of tcp:// links are moved. Contexts on a scheduler have no sockets and do not care.</summary>
    public TcpEngine TcpEngine { get; set; }

    /// <summary>The one source of time of the context.</summary>
    public TimeProvider TimeProvider { get; set; } = TimeProvider.System;

    /// <summary>Where the context writes its log.</summary>
    public ILoggerFactory LoggerFactory { get; set; } = NullLoggerFactory.Instance;

    /// <summary>Who makes the meter <c>Accelio.Reactive</c> of the context, for the counters of one host among several; null takes that of
    /// the process.</summary>
    public IMeterFactory? MeterFactory { get; set; }

    /// <summary>Fill message memory with a pattern when it is released, so that a use after the end of a lease shows. For tests; costs time.</summary>
    public bool PoisonReleasedMemory { get; set; }

    /// <summary>How many other blocks of message memory are taken before a released one is used again, so that a use after the end of a lease finds nobody else's bytes. For tests; costs memory.
    /// Together with <see cref="PoisonReleasedMemory"/> a write into a released block is found, too.</summary>
    public int QuarantineReleasedMemory { get; set; }

    /// <summary>Keep account of every lease: <see cref="AccelioContext.GetLeaseReport"/> then names who holds what since when. For tests and for the search of a leak; every lease costs a walk of the stack.</summary>
    public bool AuditLeases { get; set; }

    /// <summary>How many bytes of arriving messages the sessions of this context may hold at a time; their windows are granted out of it.</summary>
    public long ReceiveBudget { get; set; } = 1L << 30;

    /// <summary>A callback that keeps the context's thread longer than this is reported in the log.</summary>
    public TimeSpan SlowCallbackThreshold { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>How many receive slots the rdma:// links of this context have in common, for each device (a shared receive queue); null leaves each link its own 288. For contexts with many links of
    /// which few are busy at a time: a link can always have 16, the busy ones share half of the slots, and each peer is told of what is there for it. Enough for as many links as 32 of them go
    /// into it; further ones are refused. 64 to 65536.</summary>
    public int? SharedReceiveSlots { get; set; }

    /// <summary>The network on which this context's servers and sessions find <c>sim://</c> addresses; null takes one that all such contexts
    /// of the process share.</summary>
    public SimulatedNetwork? SimulatedNetwork { get; set; }

    /// <summary>The host of the <see cref="SimulatedNetwork"/> on which the context lives: its sessions come from there, its servers listen there and nowhere else. Null leaves the
    /// host to each server, and sessions come from <c>localhost</c>. <see cref="SimulatedNetwork.CreateContext"/> sets it.</summary>
    public string? SimulatedHost { get; set; }

    internal AccelioContextOptions Validate()
    {
        Check.Text(Name, nameof(Name));
        if (Cpu is < 0)
        {
            throw new ArgumentOutOfRangeException(nameof(Cpu), Cpu, "Cpu is the number of a processor, from 0; leave it null to let the system choose.");
        }

        Check.TimeOrInfinite(SpinTime, nameof(SpinTime));
        Check.Defined(TcpEngine, nameof(TcpEngine));
        Check.NotNull(TimeProvider, nameof(TimeProvider));
        Check.NotNull(LoggerFactory, nameof(LoggerFactory));
        Check.Range(QuarantineReleasedMemory, 0, 1 << 20, nameof(QuarantineReleasedMemory));
        Check.Range(SharedReceiveSlots ?? 64, 64, 65536, nameof(SharedReceiveSlots));
        Check.Range(ReceiveBudget, 1 << 20, long.MaxValue, nameof(ReceiveBudget));
        Check.TimeOrInfinite(SlowCallbackThreshold, nameof(SlowCallbackThreshold));
        if (SimulatedHost is not null && SimulatedNetwork is null)
        {
            throw new ArgumentException($"SimulatedHost is '{SimulatedHost}', but there is no network: set SimulatedNetwork too.", nameof(SimulatedHost));
        }

        return (AccelioContextOptions)MemberwiseClone();
    }
}
