namespace Accelio.Samples.Soak;

/// <summary>How a run is to be.</summary>
/// <param name="Duration">How long there is traffic.</param>
/// <param name="Clients">Client processes at a time.</param>
/// <param name="Seed">Decides sizes, disconnects and kills.</param>
/// <param name="Tolerance">How much the server's memory may grow from the second third to the last, per cent.</param>
internal sealed record SoakOptions(TimeSpan Duration, int Clients, int Seed, double Tolerance)
{
    /// <summary>Time between two looks at the server's memory.</summary>
    public TimeSpan SampleInterval => Clamp(Duration / 120, 0.25, 5);

    /// <summary>Time between two kills, on average.</summary>
    public TimeSpan KillInterval => Clamp(Duration / 60, 1, 5);

    private static TimeSpan Clamp(TimeSpan time, double least, double most) =>
        TimeSpan.FromSeconds(Math.Clamp(time.TotalSeconds, least, most));
}
