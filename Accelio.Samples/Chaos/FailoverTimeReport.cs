namespace Accelio.Samples.Chaos;

/// <summary>How long it took from the cut of a path to the first answer over the other one, or over a new link, in microseconds.</summary>
internal sealed record FailoverTimeReport
{
    public string Mode { get; } = "failover-time";

    /// <summary>Whether a link stood by on the other path.</summary>
    public bool Standby { get; init; }

    public int Cuts { get; init; }

    /// <summary>A request and its answer while nothing is cut.</summary>
    public double RoundTripP50 { get; init; }

    public double P50 { get; init; }

    public double P99 { get; init; }

    public double Max { get; init; }
}
