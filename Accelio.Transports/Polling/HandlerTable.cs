namespace Accelio.Transports.Polling;

/// <summary>
/// The handlers of a reactor by the number that the kernel keeps for each: place in the table below, number of the occupation above. An
/// occupation ends with the removal of the handler; what carries its number is found no more.
/// </summary>
internal sealed class HandlerTable
{
    private readonly Stack<int> _free = new();
    private SocketHandler?[] _slots = new SocketHandler?[16];
    private uint _lastGeneration;
    private int _used;

    /// <summary>Number of handlers.</summary>
    public int Count { get; private set; }

    /// <summary>The number of a handler in the table.</summary>
    public static ulong KeyOf(SocketHandler handler) => ((ulong)handler.Generation << 32) | (uint)handler.Slot;

    /// <summary>Gives a handler a place and a number that no other had.</summary>
    public void Add(SocketHandler handler)
    {
        if (!_free.TryPop(out var slot))
        {
            slot = _used++;
            if (slot == _slots.Length)
            {
                Array.Resize(ref _slots, slot * 2);
            }
        }

        _slots[slot] = handler;
        handler.Slot = slot;
        handler.Generation = ++_lastGeneration;
        Count++;
    }

    /// <summary>Ends the occupation of a handler.</summary>
    public void Remove(SocketHandler handler)
    {
        _slots[handler.Slot] = null;
        _free.Push(handler.Slot);
        handler.Slot = -1;
        Count--;
    }

    /// <summary>The handler with a number, or null when its occupation has ended.</summary>
    public SocketHandler? Find(ulong key)
    {
        var handler = _slots[(int)(uint)key];
        return handler is not null && handler.Generation == (uint)(key >> 32) ? handler : null;
    }

    /// <summary>Ends all occupations.</summary>
    public void Clear()
    {
        for (var slot = 0; slot < _used; slot++)
        {
            if (_slots[slot] is { } handler)
            {
                handler.Reactor = null;
                handler.IsReady = false;
                Remove(handler);
            }
        }
    }
}
