using System.Runtime.CompilerServices;

namespace Accelio.Reactive;

/// <summary>Checks of what users pass in: the exception names the argument, the value and the remedy.</summary>
internal static class Check
{
    public static void NotNull(object? value, string name) => ArgumentNullException.ThrowIfNull(value, name);

    public static void Text(string? value, string name) => ArgumentException.ThrowIfNullOrWhiteSpace(value, name);

    public static void Range(long value, long least, long most, string name)
    {
        if (value < least || value > most)
        {
            throw new ArgumentOutOfRangeException(name, value, $"{name} must be from {least} to {most}.");
        }
    }

    public static void TimeOrInfinite(TimeSpan value, string name)
    {
        if (value < TimeSpan.Zero && value != Timeout.InfiniteTimeSpan)
        {
            throw new ArgumentOutOfRangeException(name, value, $"{name} must not be negative; Timeout.InfiniteTimeSpan stands for no limit.");
        }
    }

    public static void PositiveTime(TimeSpan value, string name)
    {
        if (value <= TimeSpan.Zero && value != Timeout.InfiniteTimeSpan)
        {
            throw new ArgumentOutOfRangeException(name, value, $"{name} must be more than zero; Timeout.InfiniteTimeSpan stands for no limit.");
        }
    }

    public static void Defined<T>(T value, string name)
        where T : struct, Enum
    {
        if (!Enum.IsDefined(value))
        {
            throw new ArgumentOutOfRangeException(name, value, $"{name} must be one of {string.Join(", ", Enum.GetNames<T>())}.");
        }
    }

    /// <summary>Ticks of a time limit; no limit becomes the largest number.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static long TicksOf(TimeSpan limit) => limit == Timeout.InfiniteTimeSpan ? long.MaxValue : limit.Ticks;
}
