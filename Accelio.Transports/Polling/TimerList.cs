namespace Accelio.Transports.Polling;

/// <summary>A list of timers linked through themselves, in the order of their arrival.</summary>
internal struct TimerList
{
    private WheelTimer? _last;

    /// <summary>The oldest entry.</summary>
    public WheelTimer? First { get; private set; }

    /// <summary>Adds a timer at the end.</summary>
    public void Add(WheelTimer timer)
    {
        timer.Next = null;
        timer.Previous = _last;
        if (_last is null)
        {
            First = timer;
        }
        else
        {
            _last.Next = timer;
        }

        _last = timer;
    }

    /// <summary>Takes out a timer that is in this list.</summary>
    public void Remove(WheelTimer timer)
    {
        if (timer.Previous is null)
        {
            First = timer.Next;
        }
        else
        {
            timer.Previous.Next = timer.Next;
        }

        if (timer.Next is null)
        {
            _last = timer.Previous;
        }
        else
        {
            timer.Next.Previous = timer.Previous;
        }

        timer.Next = timer.Previous = null;
    }
}
