using System.Numerics;

namespace Accelio.Transports.Polling;

/// <summary>
/// Timers of one poller: a hierarchy of wheels with 64 slots each, of 1, 64, 4096 milliseconds and so on, or of as many of another
/// resolution. Scheduling, moving and cancelling are O(1) and allocate nothing; a timer far in the future moves down one wheel at a time as
/// its moment comes nearer. Due times are rounded up to the resolution: a timer fires late by less than that, and never early. Timers due
/// in the same slot fire in no particular order. Poller thread only.
/// </summary>
internal sealed class TimerWheel
{
    private const int SlotBits = 6;
    private const int Slots = 1 << SlotBits;
    private const int Levels = 9; // 2^54 slots: longer than ticks can say in milliseconds, 57 years in ticks
    private const int DueSlot = Levels * Slots;
    private const int FiringSlot = DueSlot + 1;
    private const long LastSlotTime = (1L << (Levels * SlotBits)) - 1;

    private readonly TimerList[] _lists = new TimerList[FiringSlot + 1];
    private readonly ulong[] _occupied = new ulong[Levels];
    private readonly Action<Exception>? _onUnhandled;
    private readonly long _ticksPerSlot;
    private readonly long _origin;

    /// <summary>
    /// The slot of the finest wheel, counted from the origin, up to which everything has fired. Every timer in a wheel is due later, and
    /// differs from it first in the digit (base 64) of its level.
    /// </summary>
    private long _current;

    // When the slot after that begins: until then an advance has nothing to look for.
    private long _nextSlotBegins;

    /// <summary>
    /// Creates an empty wheel that begins at <paramref name="now"/>; what timers throw goes to <paramref name="onUnhandled"/>, or to the
    /// caller of <see cref="Advance"/> without one.
    /// </summary>
    public TimerWheel(long now = 0, Action<Exception>? onUnhandled = null, long resolution = TimeSpan.TicksPerMillisecond)
    {
        _ticksPerSlot = resolution;
        _origin = Math.Max(0, now) / resolution * resolution;
        _nextSlotBegins = _origin + resolution;
        _onUnhandled = onUnhandled;
    }

    /// <summary>How many timers wait.</summary>
    public int Count { get; private set; }

    /// <summary>
    /// When to call <see cref="Advance"/> next: never later than the earliest timer fires; it may be earlier, when timers only move to a
    /// finer wheel then. <see cref="long.MaxValue"/> when no timer waits.
    /// </summary>
    public long NextDueTime
    {
        get
        {
            if (_lists[DueSlot].First is not null)
            {
                return TimeOf(_current);
            }

            return TryFindNext(out _, out var time) ? TimeOf(time) : long.MaxValue;
        }
    }

    /// <summary>A time span of the poller in the milliseconds of the kernel's wait functions: rounded up, -1 for no limit.</summary>
    public static int ToMilliseconds(long ticks) => ticks switch
    {
        long.MaxValue => -1,
        <= 0 => 0,
        >= int.MaxValue * TimeSpan.TicksPerMillisecond => int.MaxValue,
        _ => (int)((ticks + TimeSpan.TicksPerMillisecond - 1) / TimeSpan.TicksPerMillisecond),
    };

    /// <summary>How long to wait until <see cref="NextDueTime"/>, rounded up to milliseconds; -1 when no timer waits.</summary>
    public int MillisecondsUntilDue(long now) => NextDueTime is var due && due == long.MaxValue ? -1 : ToMilliseconds(due - now);

    /// <summary>
    /// Lets a timer fire at a time, in poller ticks; one that waits already is moved. A time that has passed fires at the next
    /// <see cref="Advance"/>.
    /// </summary>
    public void Schedule(WheelTimer timer, long dueTime)
    {
        if (timer.IsScheduled)
        {
            Remove(timer);
        }

        timer.DueTime = dueTime;
        Insert(timer);
        Count++;
    }

    /// <summary>Lets a timer fire no more; nothing happens when it does not wait.</summary>
    public void Cancel(WheelTimer timer)
    {
        if (timer.IsScheduled)
        {
            Remove(timer);
        }
    }

    /// <summary>
    /// Fires what is due at <paramref name="now"/>; returns how many fired. Timers scheduled by those that fire wait for the next call,
    /// however early they are due.
    /// </summary>
    public int Advance(long now)
    {
        if (now < _nextSlotBegins && _lists[DueSlot].First is null && _lists[FiringSlot].First is null)
        {
            return 0;
        }

        var target = Math.Max(0, now - _origin) / _ticksPerSlot;

        MoveAll(DueSlot);
        while (TryFindNext(out var slot, out var time) && time <= target)
        {
            _current = time;
            _occupied[slot / Slots] &= ~(1UL << (slot % Slots));
            MoveAll(slot);
            MoveAll(DueSlot);
        }

        _current = Math.Max(_current, target);
        _nextSlotBegins = TimeOf(_current) + _ticksPerSlot;
        return Fire(now);
    }

    private long TimeOf(long slot) => _origin + (slot * _ticksPerSlot);

    private int Fire(long now)
    {
        var fired = 0;
        while (_lists[FiringSlot].First is { } timer)
        {
            Remove(timer);
            fired++;
            try
            {
                timer.OnTimer(now);
            }
            catch (Exception exception) when (_onUnhandled is not null)
            {
                _onUnhandled(exception);
            }
        }

        return fired;
    }

    /// <summary>Empties a slot: what is due goes to the firing list, the rest to a finer wheel.</summary>
    private void MoveAll(int slot)
    {
        while (_lists[slot].First is { } timer)
        {
            _lists[slot].Remove(timer);
            if (slot < Slots || slot == DueSlot)
            {
                timer.Slot = FiringSlot;
                _lists[FiringSlot].Add(timer);
            }
            else
            {
                Insert(timer);
            }
        }
    }

    private void Insert(WheelTimer timer)
    {
        var due = Math.Max(0, timer.DueTime - _origin);
        var time = Math.Min((due / _ticksPerSlot) + (due % _ticksPerSlot == 0 ? 0 : 1), LastSlotTime);
        if (time <= _current)
        {
            timer.Slot = DueSlot;
        }
        else
        {
            var level = BitOperations.Log2((ulong)(time ^ _current)) / SlotBits;
            var digit = (int)(time >> (level * SlotBits)) & (Slots - 1);
            _occupied[level] |= 1UL << digit;
            timer.Slot = (level * Slots) + digit;
        }

        _lists[timer.Slot].Add(timer);
    }

    private void Remove(WheelTimer timer)
    {
        var slot = timer.Slot;
        _lists[slot].Remove(timer);
        if (slot < DueSlot && _lists[slot].First is null)
        {
            _occupied[slot / Slots] &= ~(1UL << (slot % Slots));
        }

        timer.Slot = -1;
        Count--;
    }

    /// <summary>
    /// Finds the slot that comes next, and when it begins, counted in slots of the finest wheel. A finer wheel always comes before a coarser one.
    /// </summary>
    private bool TryFindNext(out int slot, out long time)
    {
        for (var level = 0; level < Levels; level++)
        {
            if (_occupied[level] != 0)
            {
                var digit = BitOperations.TrailingZeroCount(_occupied[level]);
                var shift = level * SlotBits;
                slot = (level * Slots) + digit;
                time = ((_current >> (shift + SlotBits) << SlotBits) | (uint)digit) << shift;
                return true;
            }
        }

        slot = -1;
        time = 0;
        return false;
    }
}
