namespace Accelio.Reactive.Engine;

/// <summary>The frames of one class and direction that were sent and are not acknowledged, in order, counted from the beginning of the connection: a ring that grows with what is under way.</summary>
internal sealed class RetainedFrames
{
    private RetainedFrame[] _frames = [];
    private int _first;
    private ulong _lastTaken = ulong.MaxValue;

    /// <summary>How many frames were acknowledged: the number of the first one kept.</summary>
    public ulong First { get; private set; }

    /// <summary>Frames kept.</summary>
    public int Count { get; private set; }

    /// <summary>How many frames were sent: the number of the next one.</summary>
    public ulong End => First + (ulong)Count;

    /// <summary>The serial of the last frame that the peer has or is to get; all ones if there is none. Frames that it is not to get any more are not among those that are kept.</summary>
    public ulong LastSerial => Count == 0 ? _lastTaken : this[End - 1].Header.Serial;

    /// <summary>A frame that is kept.</summary>
    public ref RetainedFrame this[ulong number] => ref _frames[(_first + (int)(number - First)) & (_frames.Length - 1)];

    /// <summary>Counts from here: frames before were sent elsewhere, the last one with this serial.</summary>
    public void BeginAt(ulong first, ulong lastSerial) => (First, _lastTaken) = (first, lastSerial);

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
        _lastTaken = frame.Header.Serial;
        place = default;
        _first = (_first + 1) & (_frames.Length - 1);
        First++;
        Count--;
        return frame;
    }

    /// <summary>Takes all frames out; those that are added from now on are counted from the first of them.</summary>
    public RetainedFrame[] TakeAll()
    {
        var (first, last) = (First, _lastTaken);
        var all = new RetainedFrame[Count];
        for (var i = 0; i < all.Length; i++)
        {
            all[i] = TakeFirst();
        }

        BeginAt(first, last);
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
