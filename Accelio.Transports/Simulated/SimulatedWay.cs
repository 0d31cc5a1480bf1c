using Accelio.Transports.Polling;

namespace Accelio.Transports.Simulated;

/// <summary>
/// The way from one host to another, which all links between them share: its conditions, and whether it is open. What arrives at a closed way is
/// held, in order, until it is opened: as the retransmission of a real network does for connections that survive. Any thread.
/// </summary>
internal sealed class SimulatedWay
{
    private readonly Lock _gate = new();
    private readonly WireRandom _random;
    private readonly Queue<Arrival> _held = new();
    private WireConditions _conditions;
    private long _busyUntil;
    private bool _isOpen = true;
    private volatile bool _isFree;

    /// <summary>Creates an open way.</summary>
    public SimulatedWay(string from, string to, int seed, in WireConditions conditions)
    {
        From = from;
        To = to;
        _random = new WireRandom(seed, $"{from}>{to}");
        Set(conditions);
    }

    /// <summary>Where it begins.</summary>
    public string From { get; }

    /// <summary>Where it ends.</summary>
    public string To { get; }

    /// <summary>Whether everything passes at once and unharmed.</summary>
    public bool IsFree => _isFree;

    /// <summary>Whether anything arrives.</summary>
    public bool IsOpen
    {
        get
        {
            lock (_gate)
            {
                return _isOpen;
            }
        }
    }

    /// <summary>Changes the conditions, for what is sent from now on.</summary>
    public void Set(in WireConditions conditions)
    {
        lock (_gate)
        {
            _conditions = conditions;
            UpdateFree();
        }
    }

    /// <summary>Nothing arrives any more until <see cref="Open"/>, what is under way included.</summary>
    public void Close()
    {
        lock (_gate)
        {
            _isOpen = false;
            UpdateFree();
        }
    }

    /// <summary>Lets everything pass again, first what was held.</summary>
    public void Open()
    {
        lock (_gate)
        {
            _isOpen = true;
            UpdateFree();
            while (_held.TryDequeue(out var arrival))
            {
                arrival.Path.Deliver(arrival.Item);
            }
        }
    }

    /// <summary>When something that is sent now arrives, not before what the same link sent earlier.</summary>
    /// <param name="bytes">What it weighs.</param>
    /// <param name="now">The time.</param>
    /// <param name="lastDue">When the last one arrives; moved.</param>
    public long Plan(long bytes, long now, ref long lastDue)
    {
        lock (_gate)
        {
            _busyUntil = Math.Max(_busyUntil, now);
            if (_conditions.Bandwidth > 0)
            {
                _busyUntil += (long)((Int128)bytes * TimeSpan.TicksPerSecond / _conditions.Bandwidth);
            }

            lastDue = Math.Max(lastDue, _busyUntil + _conditions.Latency + _random.Next(_conditions.Jitter + 1));
            return lastDue;
        }
    }

    /// <summary>What goes wrong with a packet that is sent now.</summary>
    public Mischief Spoil(SimulatedPacket packet)
    {
        if (!_conditions.HasMischief)
        {
            return Mischief.None;
        }

        lock (_gate)
        {
            return PacketSpoiler.Spoil(packet, _conditions, _random);
        }
    }

    /// <summary>Something of a path is due. False when it is held here instead.</summary>
    public bool TryPass(WirePath path, WorkItem item)
    {
        lock (_gate)
        {
            if (_isOpen)
            {
                return true;
            }

            _held.Enqueue(new Arrival(path, item));
            return false;
        }
    }

    private void UpdateFree() => _isFree = _isOpen && _conditions == default;
}
