namespace Accelio.Transports.Slots;

/// <summary>The bodies of one link that the peer may fetch, by the id that its reads and acknowledgements name: place and generation.</summary>
internal sealed class ExposedBodies
{
    private const int PlaceBits = 24;
    private const uint PlaceMask = (1u << PlaceBits) - 1;

    private readonly List<ExposedBody> _bodies = [];
    private readonly Stack<int> _free = new();

    /// <summary>Bodies exposed now.</summary>
    public int Count { get; private set; }

    /// <summary>Finds a place for a body.</summary>
    public ExposedBody Add(out uint id)
    {
        if (!_free.TryPop(out var place))
        {
            place = _bodies.Count;
            _bodies.Add(new ExposedBody());
        }

        Count++;
        var body = _bodies[place];

        // Never 0: an address of 0 means that there is none.
        id = ((uint)body.Generation << PlaceBits) | (uint)(place + 1);
        return body;
    }

    /// <summary>The body that an id of the peer names; null when it names none.</summary>
    public ExposedBody? Find(uint id)
    {
        var place = (int)(id & PlaceMask) - 1;
        if (place < 0 || place >= _bodies.Count || id >> PlaceBits != _bodies[place].Generation)
        {
            return null;
        }

        return _bodies[place].Length > 0 ? _bodies[place] : null;
    }

    /// <summary>Ends the exposure of a body found before. Returns the token to release, if any.</summary>
    public SendToken? Remove(uint id)
    {
        var place = (int)(id & PlaceMask) - 1;
        Count--;
        _free.Push(place);
        return _bodies[place].Withdraw();
    }

    /// <summary>Ends the exposure of any one body; false when there is none left.</summary>
    public bool TryRemoveAny(out SendToken? token)
    {
        token = null;
        for (var place = 0; place < _bodies.Count; place++)
        {
            if (_bodies[place].Length > 0)
            {
                Count--;
                token = _bodies[place].Withdraw();
                return true;
            }
        }

        return false;
    }
}
