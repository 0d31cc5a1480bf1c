namespace Accelio.Reactive;

/// <summary>
/// How long to wait before the next attempt: nothing before the first one, then a time that grows from attempt to attempt, up to a limit. Each wait is shortened by chance, so that those
/// who lost the same server do not all come back at the same moment. Immutable, and good for any number of sessions.
/// </summary>
public sealed class BackoffPolicy
{
    /// <summary>Makes a policy.</summary>
    /// <param name="firstDelay">The wait before the second attempt; 50 ms when it is left out.</param>
    /// <param name="maxDelay">The longest wait; 2 s when it is left out.</param>
    /// <param name="factor">By how much each wait is longer than the one before, 1 to 100.</param>
    /// <param name="jitter">The part of a wait that chance may take away, 0 to 1: with 0.2 a wait of a second takes 0.8 to 1 s.</param>
    /// <exception cref="ArgumentOutOfRangeException">A value is outside of its range, or <paramref name="maxDelay"/> is shorter than <paramref name="firstDelay"/>.</exception>
    public BackoffPolicy(TimeSpan? firstDelay = null, TimeSpan? maxDelay = null, double factor = 2, double jitter = 0.2)
    {
        FirstDelay = firstDelay ?? TimeSpan.FromMilliseconds(50);
        MaxDelay = maxDelay ?? TimeSpan.FromSeconds(2);
        Factor = factor;
        Jitter = jitter;
        if (FirstDelay < TimeSpan.Zero)
        {
            throw new ArgumentOutOfRangeException(nameof(firstDelay), firstDelay, $"{nameof(firstDelay)} must not be negative; zero does not wait.");
        }

        if (MaxDelay < FirstDelay || MaxDelay > TimeSpan.FromDays(1))
        {
            throw new ArgumentOutOfRangeException(
                nameof(maxDelay), maxDelay, $"{nameof(maxDelay)} must be at least {nameof(firstDelay)}, which is {FirstDelay}, and at most a day.");
        }

        Check.Range(factor, 1, 100, nameof(factor));
        Check.Range(jitter, 0, 1, nameof(jitter));
    }

    /// <summary>50 ms, doubled each time up to 2 s, a fifth of it by chance.</summary>
    public static BackoffPolicy Default { get; } = new();

    /// <summary>No wait at all. For tests, and for attempts that wait for something else.</summary>
    public static BackoffPolicy None { get; } = new(TimeSpan.Zero, TimeSpan.Zero, factor: 1, jitter: 0);

    /// <summary>The wait before the second attempt.</summary>
    public TimeSpan FirstDelay { get; }

    /// <summary>The longest wait.</summary>
    public TimeSpan MaxDelay { get; }

    /// <summary>By how much each wait is longer than the one before.</summary>
    public double Factor { get; }

    /// <summary>The part of a wait that chance may take away.</summary>
    public double Jitter { get; }

    /// <summary>The wait before an attempt. Any thread; the same arguments give the same wait.</summary>
    /// <param name="attempt">The attempt: 1 is the first.</param>
    /// <param name="chance">From 0, which gives the longest wait, to 1, which gives the shortest.</param>
    /// <exception cref="ArgumentOutOfRangeException">A value is outside of its range.</exception>
    public TimeSpan DelayBefore(int attempt, double chance)
    {
        Check.Range(attempt, 1, int.MaxValue, nameof(attempt));
        Check.Range(chance, 0, 1, nameof(chance));
        if (attempt == 1 || FirstDelay == TimeSpan.Zero)
        {
            return TimeSpan.Zero;
        }

        var ticks = Math.Min(FirstDelay.Ticks * Math.Pow(Factor, attempt - 2), MaxDelay.Ticks);
        return TimeSpan.FromTicks((long)(ticks * (1 - (Jitter * chance))));
    }
}
