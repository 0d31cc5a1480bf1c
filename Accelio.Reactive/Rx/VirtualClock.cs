using System.Reactive.Concurrency;

namespace Accelio.Reactive;

/// <summary>The hands of a scheduler in virtual time, whatever its type: lets it run. Not inside of it.</summary>
internal sealed class VirtualClock
{
    private readonly Func<bool> _isRunning;
    private readonly Action<long> _advanceTo;

    private VirtualClock(Func<bool> isRunning, Action<long> advanceTo, Action start, Action stop)
    {
        _isRunning = isRunning;
        _advanceTo = advanceTo;
        Start = start;
        Stop = stop;
    }

    /// <summary>Whether the scheduler runs.</summary>
    public bool IsRunning => _isRunning();

    /// <summary>Lets it run until <see cref="Stop"/>, or until nothing is left.</summary>
    public Action Start { get; }

    /// <summary>Inside of an action: the last for now.</summary>
    public Action Stop { get; }

    /// <summary>The clock of a scheduler; null when it has none that can be set.</summary>
    public static VirtualClock? For(IScheduler scheduler) => scheduler switch
    {
        VirtualTimeSchedulerBase<DateTimeOffset, TimeSpan> dates => Of(dates, ticks => new DateTimeOffset(ticks, TimeSpan.Zero)),
        VirtualTimeSchedulerBase<long, long> numbers when numbers.Clock == numbers.Now.Ticks => Of(numbers, ticks => ticks),
        _ => null,
    };

    /// <summary>Lets everything happen until a time, in ticks of the scheduler's date; the past is ignored.</summary>
    public void AdvanceTo(long ticks) => _advanceTo(ticks);

    private static VirtualClock Of<TAbsolute, TRelative>(VirtualTimeSchedulerBase<TAbsolute, TRelative> scheduler, Func<long, TAbsolute> toTime)
        where TAbsolute : IComparable<TAbsolute> =>
        new(
            () => scheduler.IsEnabled,
            ticks =>
            {
                var time = toTime(ticks);
                if (time.CompareTo(scheduler.Clock) >= 0)
                {
                    scheduler.AdvanceTo(time);
                }
            },
            scheduler.Start,
            scheduler.Stop);
}
