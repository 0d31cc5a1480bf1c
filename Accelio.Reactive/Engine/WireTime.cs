namespace Accelio.Reactive.Engine;

/// <summary>Times on the wire: nanoseconds, all ones for no limit. Here: ticks of 100 ns, <see cref="long.MaxValue"/> for no limit.</summary>
internal static class WireTime
{
    private const ulong NanosecondsPerTick = 100;

    /// <summary>A time from the wire; what is beyond all reason is no limit.</summary>
    public static long ToTicks(ulong nanoseconds) => nanoseconds == ulong.MaxValue ? long.MaxValue : (long)(nanoseconds / NanosecondsPerTick);

    /// <summary>A time for the wire; one that is over is 0, and one that is too long to be said is no limit.</summary>
    public static ulong ToNanoseconds(long ticks)
    {
        var time = (ulong)Math.Max(0, ticks);
        return time > ulong.MaxValue / NanosecondsPerTick ? ulong.MaxValue : time * NanosecondsPerTick;
    }
}
