using Accelio.Transports.Polling;

namespace Accelio.Transports.Simulated;

/// <summary>
/// What is under way to one poller, in the order of arrival; what arrives at one time comes in the order in which it was sent. The receiver keeps it,
/// because what is under way outlives its sender. Other threads add; the rest is the poller's.
/// </summary>
internal sealed class ArrivalBoard : WheelTimer
{
    private readonly Poller _poller;
    private readonly SimulatedWires _wires;
    private readonly Lock _gate = new();
    private readonly PriorityQueue<Arrival, (long Due, long Sequence)> _arrivals = new();
    private readonly Waking _waking;
    private long _sequence;
    private bool _isWaking;
    private bool _hasBegun;
    private bool _isClosed;

    /// <summary>Creates the empty board of a poller.</summary>
    public ArrivalBoard(Poller poller, SimulatedWires wires)
    {
        _poller = poller;
        _wires = wires;
        _waking = new Waking(this);
    }

    /// <summary>When the next arrival is due; <see cref="long.MaxValue"/> when there is none. Any thread.</summary>
    public long NextDue
    {
        get
        {
            lock (_gate)
            {
                return _arrivals.TryPeek(out _, out var next) ? next.Due : long.MaxValue;
            }
        }
    }

    /// <summary>Adds something that has just been sent. Any thread.</summary>
    public void Add(in Arrival arrival, long due)
    {
        lock (_gate)
        {
            if (_isClosed)
            {
                arrival.Path.Lose(arrival.Item);
                return;
            }

            _arrivals.Enqueue(arrival, (due, _sequence++));
            if (_isWaking)
            {
                return;
            }

            _isWaking = true;
        }

        if (!_poller.Post(_waking))
        {
            Close();
        }
    }

    /// <inheritdoc/>
    public override void OnTimer(long now)
    {
        while (TryTake(now, out var arrival))
        {
            arrival.Path.OnDue(arrival.Item, now);
        }

        Arm();
    }

    private bool TryTake(long now, out Arrival arrival)
    {
        lock (_gate)
        {
            return _arrivals.TryPeek(out arrival, out var next) && next.Due <= now && _arrivals.TryDequeue(out arrival, out _);
        }
    }

    private void OnWaking()
    {
        if (!_hasBegun)
        {
            _hasBegun = true;
            _poller.OnStopping(Close);
        }

        lock (_gate)
        {
            _isWaking = false;
        }

        Arm();
    }

    private void Arm()
    {
        var due = NextDue;
        if (due == long.MaxValue)
        {
            _poller.Timers.Cancel(this);
        }
        else
        {
            _poller.Timers.Schedule(this, due);
        }
    }

    // Nobody is there any more to receive it.
    private void Close()
    {
        lock (_gate)
        {
            _isClosed = true;
            while (_arrivals.TryDequeue(out var arrival, out _))
            {
                arrival.Path.Lose(arrival.Item);
            }
        }

        _wires.Forget(_poller);
    }

    private sealed class Waking(ArrivalBoard board) : WorkItem
    {
        /// <inheritdoc/>
        public override void Execute() => board.OnWaking();
    }
}
