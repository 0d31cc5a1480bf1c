namespace Accelio.Transports.Polling;

/// <summary>
/// A timer of a <see cref="TimerWheel"/>: an intrusive node that can be scheduled, moved and cancelled in constant time without allocating.
/// Poller thread only.
/// </summary>
internal abstract class WheelTimer
{
    internal WheelTimer? Previous;
    internal WheelTimer? Next;
    internal int Slot = -1;

    /// <summary>Whether the timer is waiting.</summary>
    public bool IsScheduled => Slot >= 0;

    /// <summary>Due time in poller ticks (100 ns); meaningful while scheduled.</summary>
    public long DueTime { get; internal set; }

    /// <summary>
    /// Called once when due, with the poller's time; the timer is not scheduled any more and may be scheduled again inside.
    /// </summary>
    public abstract void OnTimer(long now);
}
