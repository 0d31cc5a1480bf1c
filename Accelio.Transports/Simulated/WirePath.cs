using Accelio.Transports.Polling;

namespace Accelio.Transports.Simulated;

/// <summary>One direction of one link: by the way between its hosts, with the delays and faults of that, and those of the link alone.</summary>
internal sealed class WirePath : SimulatedPath
{
    // How late a packet is that others overtake: longer than those others need.
    private const long OvertakenDelay = 20 * TimeSpan.TicksPerMillisecond;

    private readonly SimulatedWires _wires;
    private readonly SimulatedWay _way;
    private readonly SimulatedCircuit _circuit;
    private readonly bool _isBack;
    private readonly Poller _target;
    private readonly Queue<WorkItem> _stalled = new();
    private readonly StallEnd _stallEnd = new();
    private ArrivalBoard? _board;
    private long _lastDue;
    private int _underWay;

    /// <summary>Creates the path.</summary>
    /// <param name="wires">The network.</param>
    /// <param name="way">The way between the hosts.</param>
    /// <param name="circuit">The link.</param>
    /// <param name="isBack">Whether it leads from the acceptor to the caller.</param>
    /// <param name="target">The poller at its end.</param>
    public WirePath(SimulatedWires wires, SimulatedWay way, SimulatedCircuit circuit, bool isBack, Poller target)
    {
        _wires = wires;
        _way = way;
        _circuit = circuit;
        _isBack = isBack;
        _target = target;
    }

    /// <inheritdoc/>
    public override bool Carry(WorkItem item, long bytes)
    {
        _wires.CountStep();
        if (_circuit.IsShut(_isBack))
        {
            Discard(item);
            return true;
        }

        return _way.IsFree && Volatile.Read(ref _underWay) == 0 && !_circuit.IsStalled ? _target.Post(item) : CarryLater(item, bytes);
    }

    /// <summary>Something has come to the end of the way. The target's poller.</summary>
    public void OnDue(WorkItem item, long now)
    {
        if (ReferenceEquals(item, _stallEnd))
        {
            EndStall(now);
        }
        else if (_stalled.Count > 0 || _circuit.StalledUntil > now)
        {
            // Behind those that wait already, even if the stall is over by now.
            _stalled.Enqueue(item);
            if (_stalled.Count == 1)
            {
                Add(_stallEnd, _circuit.StalledUntil);
            }
        }
        else
        {
            Pass(item);
        }
    }

    /// <summary>Hands over what was under way. Any thread.</summary>
    public void Deliver(WorkItem item)
    {
        if (_circuit.IsDark(_isBack))
        {
            Discard(item);
        }
        else if (!_target.Post(item))
        {
            (item as SimulatedCall)?.Refuse();
            Discard(item);
        }

        // Only now: what is sent directly must not come before it.
        Interlocked.Decrement(ref _underWay);
    }

    /// <summary>Something that was under way never arrives. Any thread.</summary>
    public void Lose(WorkItem item)
    {
        Discard(item);
        Interlocked.Decrement(ref _underWay);
        while (ReferenceEquals(item, _stallEnd) && _stalled.TryDequeue(out var stalled))
        {
            Lose(stalled);
        }
    }

    private static void Discard(WorkItem item) => (item as SimulatedPacket)?.Drop();

    private void Pass(WorkItem item)
    {
        if (_circuit.IsDark(_isBack))
        {
            Lose(item);
        }
        else if (_way.TryPass(this, item))
        {
            Deliver(item);
        }
    }

    private void EndStall(long now)
    {
        Interlocked.Decrement(ref _underWay);
        if (_circuit.StalledUntil > now)
        {
            // It was prolonged.
            Add(_stallEnd, _circuit.StalledUntil);
            return;
        }

        while (_stalled.TryDequeue(out var item))
        {
            Pass(item);
        }
    }

    private bool CarryLater(WorkItem item, long bytes)
    {
        if (_target.HasStopped)
        {
            return false;
        }

        var mischief = item is SimulatedPacket { IsReturning: false } packet ? _way.Spoil(packet) : Mischief.None;
        var repeated = (mischief & Mischief.Repeat) != 0 ? ((SimulatedPacket)item).Repeat() : null;
        var due = _way.Plan(bytes, _target.ReadTime(), ref _lastDue);
        Add(item, (mischief & Mischief.Delay) != 0 ? due + OvertakenDelay : due);
        if (repeated is not null)
        {
            Add(repeated, due);
        }

        return true;
    }

    private void Add(WorkItem item, long due)
    {
        Interlocked.Increment(ref _underWay);
        (_board ??= _wires.BoardOf(_target)).Add(new Arrival(this, item), due);
    }

    /// <summary>What a path has under way to know of the end of a stall.</summary>
    private sealed class StallEnd : WorkItem
    {
        /// <inheritdoc/>
        public override void Execute()
        {
        }
    }
}
