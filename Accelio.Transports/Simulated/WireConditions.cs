namespace Accelio.Transports.Simulated;

/// <summary>How one way between two hosts is: delays in ticks of 100 ns, rates, and what goes wrong with packets, as probabilities.</summary>
internal readonly record struct WireConditions
{
    /// <summary>How long everything is under way at least.</summary>
    public long Latency { get; init; }

    /// <summary>How much longer at most, by chance; what one link sends stays in order.</summary>
    public long Jitter { get; init; }

    /// <summary>Bytes per second of all links together; 0 is no limit.</summary>
    public long Bandwidth { get; init; }

    /// <summary>Some bytes of a packet are changed.</summary>
    public double Corrupt { get; init; }

    /// <summary>The end of a packet is cut off.</summary>
    public double Truncate { get; init; }

    /// <summary>A packet comes twice.</summary>
    public double Repeat { get; init; }

    /// <summary>A packet comes later than those sent after it.</summary>
    public double Reorder { get; init; }

    /// <summary>Whether packets may suffer.</summary>
    public bool HasMischief => Corrupt > 0 || Truncate > 0 || Repeat > 0 || Reorder > 0;
}
