namespace Accelio.Samples.Soak;

/// <summary>The server's memory over the time of a run.</summary>
internal sealed class MemoryCurve(TimeSpan duration)
{
    private readonly List<(TimeSpan Time, long Bytes)> _samples = [];

    /// <summary>Samples taken.</summary>
    public int Count => _samples.Count;

    /// <summary>Adds a sample.</summary>
    public void Add(TimeSpan time, long bytes) => _samples.Add((time, bytes));

    /// <summary>The average over the second third of the run.</summary>
    public long SecondThird => Average(1);

    /// <summary>The average over the last third of the run.</summary>
    public long LastThird => Average(2);

    /// <summary>How much more the last third has than the second, per cent.</summary>
    public double GrowthPercent => SecondThird == 0 ? 0 : Math.Round((LastThird - SecondThird) * 100.0 / SecondThird, 2);

    private long Average(int third)
    {
        var part = _samples.Where(sample => Math.Min(2, (int)(sample.Time / duration * 3)) == third).ToArray();
        return part.Length == 0 ? 0 : (long)part.Average(sample => sample.Bytes);
    }
}
