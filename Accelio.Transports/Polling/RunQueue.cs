using System.Diagnostics.CodeAnalysis;

namespace Accelio.Transports.Polling;

/// <summary>Work that a poller has given itself: first in first out, linked through the items. Poller thread only.</summary>
internal sealed class RunQueue
{
    private WorkItem? _first;
    private WorkItem? _last;

    /// <summary>Whether nothing waits.</summary>
    public bool IsEmpty => _first is null;

    /// <summary>Adds an item at the end.</summary>
    public void Add(WorkItem item)
    {
        item.Next = null;
        if (_last is null)
        {
            _first = item;
        }
        else
        {
            _last.Next = item;
        }

        _last = item;
    }

    /// <summary>Takes the oldest item.</summary>
    public bool TryTake([NotNullWhen(true)] out WorkItem? item)
    {
        item = _first;
        if (item is null)
        {
            return false;
        }

        _first = item.Next;
        _last = _first is null ? null : _last;
        item.Next = null;
        return true;
    }
}
