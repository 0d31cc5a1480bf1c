namespace Accelio.Reactive.Engine;

/// <summary>The frames of one class and direction that were sent and are not acknowledged, in order, counted from the beginning of the connection: a ring that grows with what is under way.</summary>
internal sealed class RetainedFrames
{
    private RetainedFrame[] _frames = [];
    private int _first;

    /// <summary>How many frames were acknowledged: the number of the first one kept.</summary>
    public ulong First { get; private set; }

    /// <summary>Frames kept.</summary>
    public int Count { get; private set; }

    /// <summary>How many frames were sent: the number of the next one.</summary>
    public ulong End => First + (ulong)Count;

    /// <summary>A frame that is kept.</summary>
    public ref RetainedFrame this[ulong number] => ref _frames[(_first + (int)(number - First)) & (_frames.Length - 1)];

    /// <summary>Counts from here: frames before were sent elsewhere.</summary>
    public void BeginAt(ulong first) => First = first;

    /// <summary>Room for the next frame.</summary>
    public ref RetainedFrame Add()
    {
        if (Count == _frames.Length)
        {
            Grow();
        }

        Count++;
        return ref this[End - 1];
    }

    /// <summary>Takes the first frame out.</summary>
    public RetainedFrame TakeFirst()
    {
        ref var place = ref this[First];
        var frame = place;
        place = default;
        _first = (_first + 1) & (_frames.Length - 1);
        First++;
        Count--;
        return frame;
    }

    /// <summary>Takes all frames out; those that are added from now on are counted from the first of them.</summary>
    public RetainedFrame[] TakeAll()
    {
        var first = First;
        var all = new RetainedFrame[Count];
        for (var i = 0; i < all.Length; i++)
        {
            all[i] = TakeFirst();
        }

        First = first;
        return all;
    }

    /// <summary>Looks for the message with this serial; serials grow.</summary>
    /// <returns>False when it is not kept any more.</returns>
    public bool TryFind(ulong serial, out ulong number)
    {
        var (low, high) = (First, End);
        while (low < high)
        {
            var middle = low + ((high - low) / 2);
            if (this[middle].Header.Serial < serial)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        number = low;
        return low < End && this[low].Header.Serial == serial;
    }

    private void Grow()
    {
        var larger = new RetainedFrame[Math.Max(16, _frames.Length * 2)];
        for (var i = 0; i < Count; i++)
        {
            larger[i] = _frames[(_first + i) & (_frames.Length - 1)];
        }

        _frames = larger;
        _first = 0;
    }
}
