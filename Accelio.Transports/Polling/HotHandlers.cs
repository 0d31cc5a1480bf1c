namespace Accelio.Transports.Polling;

/// <summary>The few busy handlers that a reactor polls directly, as long as they are few. Poller thread only.</summary>
internal sealed class HotHandlers
{
    /// <summary>More busy handlers than these are found by epoll, one question for all.</summary>
    public const int Capacity = 4;

    private const long HotTime = 100 * TimeSpan.TicksPerMicrosecond;
    private const long CrowdedTime = TimeSpan.TicksPerMillisecond;

    private readonly SocketHandler?[] _items = new SocketHandler?[Capacity];
    private long _crowdedUntil = long.MinValue;

    /// <summary>Number of entries.</summary>
    public int Count { get; private set; }

    /// <summary>The entry at an index; the last entry takes the place of one that is removed.</summary>
    public SocketHandler this[int index] => _items[index]!;

    /// <summary>A handler had work. One too many, and all are left to epoll for a while.</summary>
    public void Add(SocketHandler handler, long now)
    {
        if (handler.IsHot || now < _crowdedUntil)
        {
            return;
        }

        if (Count == Capacity)
        {
            _crowdedUntil = now + CrowdedTime;
            Clear();
            return;
        }

        handler.IsHot = true;
        _items[Count++] = handler;
    }

    /// <summary>Takes a handler out, if it is in.</summary>
    public void Remove(SocketHandler handler)
    {
        if (handler.IsHot)
        {
            handler.IsHot = false;
            var index = Array.IndexOf(_items, handler, 0, Count);
            _items[index] = _items[--Count];
            _items[Count] = null;
        }
    }

    /// <summary>Takes a handler out that has had no work for a while.</summary>
    public void RemoveIfCold(SocketHandler handler, long now)
    {
        if (now - handler.LastWork > HotTime)
        {
            Remove(handler);
        }
    }

    /// <summary>Takes all out.</summary>
    public void Clear()
    {
        while (Count > 0)
        {
            Remove(_items[0]!);
        }
    }
}
