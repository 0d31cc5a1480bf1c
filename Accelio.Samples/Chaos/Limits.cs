namespace Accelio.Samples.Chaos;

/// <summary>Limits in time of a run: short where faults have to be noticed, long where a busy machine must not count as one.</summary>
internal static class Limits
{
    /// <summary>A link that is silent for so long is lost.</summary>
    public static TimeSpan DetectWithin { get; } = TimeSpan.FromSeconds(2);

    /// <summary>A session whose work has not ended by then is not moved.</summary>
    public static TimeSpan Move { get; } = TimeSpan.FromSeconds(30);

    /// <summary>A request that has no end by then has none.</summary>
    public static TimeSpan Request { get; } = TimeSpan.FromMinutes(1);
}
