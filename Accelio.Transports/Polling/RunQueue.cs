using System.Diagnostics.CodeAnalysis;

namespace Accelio.Transports.Polling;

/// <summary>Work that a poller has given itself: first in first out, in a ring that grows. Poller thread only.</summary>
internal sealed class RunQueue
{
    private Entry[] _ring = new Entry[64];
    private int _head;
    private int _count;

    /// <summary>Whether nothing waits.</summary>
    public bool IsEmpty => _count == 0;

    /// <summary>Adds an item at the end.</summary>
    public void Add(WorkItem item)
    {
        if (_count == _ring.Length)
        {
            Grow();
        }

        _ring[(_head + _count) & (_ring.Length - 1)].Item = item;
        _count++;
    }

    /// <summary>Takes the oldest item.</summary>
    public bool TryTake([NotNullWhen(true)] out WorkItem? item)
    {
        if (_count == 0)
        {
            item = null;
            return false;
        }

        ref var entry = ref _ring[_head];
        item = entry.Item!;
        entry.Item = null;
        _head = (_head + 1) & (_ring.Length - 1);
        _count--;
        return true;
    }

    private void Grow()
    {
        var larger = new Entry[_ring.Length * 2];
        for (var i = 0; i < _count; i++)
        {
            larger[i] = _ring[(_head + i) & (_ring.Length - 1)];
        }

        _ring = larger;
        _head = 0;
    }

    // In a structure, so that storing needs no check of the array's type.
    private struct Entry
    {
        public WorkItem? Item;
    }
}
