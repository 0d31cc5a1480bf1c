namespace Accelio.Transports.Polling;

/// <summary>
/// What has output to flush at the end of a poller's cycle. Poller thread only. What becomes dirty while others are flushed waits for the
/// next cycle.
/// </summary>
internal sealed class DirtyList
{
    private IFlushable?[] _collecting = new IFlushable?[16];
    private IFlushable?[] _flushing = new IFlushable?[16];
    private int _count;

    /// <summary>Whether nothing is dirty.</summary>
    public bool IsEmpty => _count == 0;

    /// <summary>Adds a flushable, for one flush.</summary>
    public void Add(IFlushable flushable)
    {
        if (_count == _collecting.Length)
        {
            Array.Resize(ref _collecting, _count * 2);
        }

        _collecting[_count++] = flushable;
    }

    /// <summary>Flushes everything collected so far, in the order of collection; returns how many.</summary>
    public int Flush(long now, Poller poller)
    {
        var count = _count;
        if (count == 0)
        {
            return 0;
        }

        (_collecting, _flushing) = (_flushing, _collecting);
        _count = 0;
        for (var i = 0; i < count; i++)
        {
            try
            {
                _flushing[i]!.Flush(now);
            }
            catch (Exception exception)
            {
                poller.ReportUnhandled(exception);
            }

            _flushing[i] = null;
        }

        return count;
    }
}
