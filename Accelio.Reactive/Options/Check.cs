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

    public static void Range(double value, double least, double most, string name)
    {
        // Not a number is in no range.
        if (!(value >= least && value <= most))
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

    /// <summary>A copy of the contexts that are to carry one server or session.</summary>
    public static IReadOnlyList<AccelioContext> Contexts(IReadOnlyList<AccelioContext>? given, AccelioContext? single, string name)
    {
        ArgumentNullException.ThrowIfNull(given, name);
        AccelioContext[] copy = [.. given];
        if (Array.IndexOf(copy, null) is >= 0 and var place)
        {
            throw new ArgumentException($"{name}[{place}] is null: name contexts that are there, or leave it out.", name);
        }

        if (copy.Distinct().Count() != copy.Length)
        {
            throw new ArgumentException($"A context stands in {name} twice: name each once.", name);
        }

        return copy.Length == 0 || single is null ? copy : throw new ArgumentException($"Context and {name} are both given: name one context, or several.", name);
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
