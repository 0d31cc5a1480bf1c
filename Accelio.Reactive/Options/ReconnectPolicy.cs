namespace Accelio.Reactive;

/// <summary>
/// What a session does when its link is lost: how often and how long it tries to come back, and which portals it leaves alone for a while because they did not answer. Immutable, and
/// good for any number of sessions.
/// </summary>
/// <remarks>
/// One attempt asks the portal that was lost first, then the others in their order. A portal that failed <see cref="FailuresToRest"/> times in a row rests for <see cref="RestTime"/>; then it
/// is asked once, behind the others, and either it is a portal like any other again or rests for as long again. When all of them rest, all of them are asked.
/// </remarks>
public sealed class ReconnectPolicy
{
    /// <summary>Makes a policy.</summary>
    /// <param name="backoff">The waits between the attempts; <see cref="BackoffPolicy.Default"/> when it is left out.</param>
    /// <param name="maxAttempts">How often it tries for one loss, 0 to 1,000,000; 0 does not try.</param>
    /// <param name="maxTime">How long after the loss an attempt may begin; 60 s when it is left out. <see cref="Timeout.InfiniteTimeSpan"/> is no limit.</param>
    /// <param name="failuresToRest">After how many failures in a row a portal rests, 1 to 1,000,000.</param>
    /// <param name="restTime">How long it rests; 5 s when it is left out. Zero never lets it rest.</param>
    /// <exception cref="ArgumentOutOfRangeException">A value is outside of its range, or <paramref name="restTime"/> is longer than <paramref name="maxTime"/>.</exception>
    public ReconnectPolicy(BackoffPolicy? backoff = null, int maxAttempts = 1_000_000, TimeSpan? maxTime = null, int failuresToRest = 3, TimeSpan? restTime = null)
    {
        Backoff = backoff ?? BackoffPolicy.Default;
        MaxAttempts = maxAttempts;
        MaxTime = maxTime ?? TimeSpan.FromSeconds(60);
        FailuresToRest = failuresToRest;
        RestTime = restTime ?? TimeSpan.FromSeconds(5);
        Check.Range(maxAttempts, 0, 1_000_000, nameof(maxAttempts));
        Check.PositiveTime(MaxTime, nameof(maxTime));
        Check.Range(failuresToRest, 1, 1_000_000, nameof(failuresToRest));
        if (RestTime < TimeSpan.Zero || (restTime is not null && MaxTime != Timeout.InfiniteTimeSpan && RestTime > MaxTime))
        {
            throw new ArgumentOutOfRangeException(
                nameof(restTime), restTime, $"{nameof(restTime)} must be from zero to {nameof(maxTime)}, which is {MaxTime}: a portal that rests longer is never asked again.");
        }
    }

    /// <summary>Tries for 60 s, with the usual waits.</summary>
    public static ReconnectPolicy Default { get; } = new();

    /// <summary>Does not try: the session ends with its link.</summary>
    public static ReconnectPolicy None { get; } = new(maxAttempts: 0);

    /// <summary>The waits between the attempts.</summary>
    public BackoffPolicy Backoff { get; }

    /// <summary>How often it tries for one loss.</summary>
    public int MaxAttempts { get; }

    /// <summary>How long after the loss an attempt may begin.</summary>
    public TimeSpan MaxTime { get; }

    /// <summary>After how many failures in a row a portal rests.</summary>
    public int FailuresToRest { get; }

    /// <summary>How long it rests.</summary>
    public TimeSpan RestTime { get; }
}
