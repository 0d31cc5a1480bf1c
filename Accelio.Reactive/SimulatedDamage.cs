namespace Accelio.Reactive;

/// <summary>
/// What a way of a <see cref="SimulatedNetwork"/> does to the packets of its links, below their frames: each is the probability per packet, from 0
/// to 1. No real network does this to TCP or RDMA, whose checksums find it; it is for tests of what is left when they do not, or when the peer is
/// broken: the link is closed with a protocol error, or a body has other bytes.
/// </summary>
public sealed record SimulatedDamage
{
    /// <summary>No damage.</summary>
    public static SimulatedDamage None { get; } = new();

    /// <summary>One to eight bytes become others.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Not from 0 to 1.</exception>
    public double Corrupt { get; init => field = Probability(value, nameof(Corrupt)); }

    /// <summary>The end is missing.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Not from 0 to 1.</exception>
    public double Truncate { get; init => field = Probability(value, nameof(Truncate)); }

    /// <summary>It comes twice.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Not from 0 to 1.</exception>
    public double Repeat { get; init => field = Probability(value, nameof(Repeat)); }

    /// <summary>It comes 20 ms late, behind what was sent after it.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Not from 0 to 1.</exception>
    public double Reorder { get; init => field = Probability(value, nameof(Reorder)); }

    private static double Probability(double value, string name) => value is >= 0 and <= 1
        ? value
        : throw new ArgumentOutOfRangeException(name, value, $"{name} is a probability, from 0 (never) to 1 (every packet).");
}
