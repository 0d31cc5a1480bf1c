namespace Accelio.Transports.Polling;

/// <summary>Handlers with input left over, in the order in which they said so.</summary>
internal sealed class ReadyList
{
    private SocketHandler?[] _items = new SocketHandler?[16];

    /// <summary>Number of entries.</summary>
    public int Count { get; private set; }

    /// <summary>The entry at an index.</summary>
    public SocketHandler? this[int index] => _items[index];

    /// <summary>Adds an entry.</summary>
    public void Add(SocketHandler handler)
    {
        if (Count == _items.Length)
        {
            Array.Resize(ref _items, Count * 2);
        }

        _items[Count++] = handler;
    }

    /// <summary>Removes all entries.</summary>
    public void Clear()
    {
        Array.Clear(_items, 0, Count);
        Count = 0;
    }
}
