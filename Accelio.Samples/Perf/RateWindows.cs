namespace Accelio.Samples.Perf;

/// <summary>The rate in windows of a millisecond: its 90th percentile is what the program can do when nobody takes its processor away.</summary>
internal sealed class RateWindows
{
    private const long WindowLength = 1_000_000;
    private readonly double[] _rates = new double[60_000];
    private int _count;
    private long _began;
    private long _countedAt;

    public void Clear()
    {
        _count = 0;
        _began = 0;
    }

    /// <summary>So many messages at this time, in nanoseconds.</summary>
    public void Note(long now, long messages)
    {
        if (_began == 0)
        {
            _began = now;
            _countedAt = messages;
        }
        else if (now - _began >= WindowLength)
        {
            if (_count < _rates.Length)
            {
                _rates[_count++] = (messages - _countedAt) * 1e9 / (now - _began);
            }

            _began = now;
            _countedAt = messages;
        }
    }

    public double Peak()
    {
        if (_count == 0)
        {
            return 0;
        }

        Array.Sort(_rates, 0, _count);
        return _rates[(int)(_count * 0.9)];
    }
}
