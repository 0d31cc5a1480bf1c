using System.Numerics;

namespace Accelio.Samples.Perf;

/// <summary>Latencies in nanoseconds: powers of two in 64 steps each, so that any percentile is right to 1.6 %. Allocates nothing after it was made.</summary>
internal sealed class Histogram
{
    private const int StepBits = 6;
    private const int Steps = 1 << StepBits;
    private readonly long[] _counts = new long[64 * Steps];

    public long Count { get; private set; }

    public long Maximum { get; private set; }

    public void Clear()
    {
        Array.Clear(_counts);
        Count = 0;
        Maximum = 0;
    }

    public void Add(long nanoseconds)
    {
        _counts[IndexOf(nanoseconds)]++;
        Count++;
        Maximum = Math.Max(Maximum, nanoseconds);
    }

    /// <summary>Adds what another one has counted.</summary>
    public void Add(Histogram other)
    {
        for (var i = 0; i < _counts.Length; i++)
        {
            _counts[i] += other._counts[i];
        }

        Count += other.Count;
        Maximum = Math.Max(Maximum, other.Maximum);
    }

    /// <summary>The latency that this fraction of all stay below, in microseconds.</summary>
    public double Percentile(double fraction)
    {
        var rank = (long)Math.Ceiling(Count * fraction);
        long sum = 0;
        for (var i = 0; i < _counts.Length && Count != 0; i++)
        {
            sum += _counts[i];
            if (sum >= rank && sum != 0)
            {
                return ValueOf(i) / 1000.0;
            }
        }

        return 0;
    }

    private static int IndexOf(long value)
    {
        if (value < Steps)
        {
            return (int)Math.Max(0, value);
        }

        var shift = BitOperations.Log2((ulong)value) - StepBits;
        return ((shift + 1) << StepBits) + (int)((value >> shift) - Steps);
    }

    private static long ValueOf(int index) => index < Steps ? index : ((index & (Steps - 1)) + Steps + 0L) << ((index >> StepBits) - 1);
}
