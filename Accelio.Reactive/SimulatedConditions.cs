using Accelio.Transports.Simulated;

namespace Accelio.Reactive;

/// <summary>How a way between two hosts of a <see cref="SimulatedNetwork"/> is; immutable.</summary>
public sealed record SimulatedConditions
{
    /// <summary>No delay, no limit, no damage.</summary>
    public static SimulatedConditions Ideal { get; } = new();

    /// <summary>How long everything is under way at least: half of the round trip.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Negative, or infinite.</exception>
    public TimeSpan Latency { get; init => field = Time(value, nameof(Latency)); }

    /// <summary>How much longer at most; how much is chance, by the seed of the network. What one link sends stays in order.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Negative, or infinite.</exception>
    public TimeSpan Jitter { get; init => field = Time(value, nameof(Jitter)); }

    /// <summary>Bytes per second that all links of the way have together; 0 is no limit.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Negative.</exception>
    public long Bandwidth
    {
        get;
        init
        {
            Check.Range(value, 0, long.MaxValue, nameof(Bandwidth));
            field = value;
        }
    }

    /// <summary>What goes wrong with packets.</summary>
    /// <exception cref="ArgumentNullException">Null; <see cref="SimulatedDamage.None"/> is no damage.</exception>
    public SimulatedDamage Damage
    {
        get;
        init
        {
            Check.NotNull(value, nameof(Damage));
            field = value;
        }
    }

    = SimulatedDamage.None;

    internal WireConditions ToWire() => new()
    {
        Latency = Latency.Ticks,
        Jitter = Jitter.Ticks,
        Bandwidth = Bandwidth,
        Corrupt = Damage.Corrupt,
        Truncate = Damage.Truncate,
        Repeat = Damage.Repeat,
        Reorder = Damage.Reorder,
    };

    private static TimeSpan Time(TimeSpan value, string name) => value >= TimeSpan.Zero
        ? value
        : throw new ArgumentOutOfRangeException(name, value, $"{name} must not be negative; a way on which nothing arrives is a partition.");
}
