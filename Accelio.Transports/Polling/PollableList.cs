namespace Accelio.Transports.Polling;

/// <summary>
/// What a poller asks for work in every cycle. Poller thread only; may change while it is being walked: who is removed is not asked any
/// more, who is added is asked from the next cycle on.
/// </summary>
internal sealed class PollableList
{
    private IPollable?[] _items = new IPollable?[4];
    private int _count;
    private bool _hasHoles;

    /// <summary>Adds a pollable.</summary>
    public void Add(IPollable pollable)
    {
        if (_count == _items.Length)
        {
            Array.Resize(ref _items, _count * 2);
        }

        _items[_count++] = pollable;
    }

    /// <summary>Removes a pollable, if it is there.</summary>
    public void Remove(IPollable pollable)
    {
        var index = Array.IndexOf(_items, pollable, 0, _count);
        if (index >= 0)
        {
            _items[index] = null;
            _hasHoles = true;
        }
    }

    /// <summary>Asks everyone; returns the sum of the work done.</summary>
    public int Poll(long now, Poller poller)
    {
        if (_hasHoles)
        {
            Compact();
        }

        var work = 0;
        var count = _count;
        for (var i = 0; i < count; i++)
        {
            try
            {
                work += _items[i]?.Poll(now) ?? 0;
            }
            catch (Exception exception)
            {
                poller.ReportUnhandled(exception);
            }
        }

        return work;
    }

    /// <summary>Tells everyone that the poller is about to sleep; false when somebody has something to do.</summary>
    public bool PrepareToSleep(Poller poller)
    {
        for (var i = 0; i < _count; i++)
        {
            try
            {
                if (_items[i]?.PrepareToSleep() == false)
                {
                    return false;
                }
            }
            catch (Exception exception)
            {
                poller.ReportUnhandled(exception);
            }
        }

        return true;
    }

    private void Compact()
    {
        var kept = 0;
        for (var i = 0; i < _count; i++)
        {
            if (_items[i] is { } item)
            {
                _items[kept++] = item;
            }
        }

        Array.Clear(_items, kept, _count - kept);
        _count = kept;
        _hasHoles = false;
    }
}
