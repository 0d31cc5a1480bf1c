using System.Globalization;

namespace Accelio.Reactive.Tests.Support;

/// <summary>How long tests wait before they fail: so many times longer as ACCELIO_TIME_SCALE says, for machines that are slow (or emulated).</summary>
internal static class Patience
{
    private static readonly double Scale =
        double.Parse(Environment.GetEnvironmentVariable("ACCELIO_TIME_SCALE") ?? "1", CultureInfo.InvariantCulture);

    /// <summary>So many seconds on an ordinary machine.</summary>
    public static TimeSpan Seconds(double seconds) => TimeSpan.FromSeconds(seconds * Scale);
}
