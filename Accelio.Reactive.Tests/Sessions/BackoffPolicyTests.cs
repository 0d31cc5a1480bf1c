using Xunit;

namespace Accelio.Reactive.Tests.Sessions;

/// <summary>The waits between attempts.</summary>
public class BackoffPolicyTests
{
    [Fact]
    public void The_first_attempt_waits_for_nothing_and_each_wait_is_longer_than_the_one_before_up_to_the_limit()
    {
        var policy = new BackoffPolicy(TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(1), factor: 2, jitter: 0.5);

        Assert.Equal([0, 100, 200, 400, 800, 1000, 1000], Enumerable.Range(1, 7).Select(attempt => policy.DelayBefore(attempt, chance: 0).TotalMilliseconds));
        Assert.Equal([0, 50, 100, 200, 400, 500, 500], Enumerable.Range(1, 7).Select(attempt => policy.DelayBefore(attempt, chance: 1).TotalMilliseconds));
        Assert.Equal(75, policy.DelayBefore(2, chance: 0.5).TotalMilliseconds);
    }

    [Fact]
    public void The_limit_holds_after_any_number_of_attempts() =>
        Assert.Equal(TimeSpan.FromSeconds(2), BackoffPolicy.Default.DelayBefore(int.MaxValue, chance: 0));

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(1000)]
    public void None_never_waits(int attempt) => Assert.Equal(TimeSpan.Zero, BackoffPolicy.None.DelayBefore(attempt, chance: 0));

    [Fact]
    public void A_limit_below_the_first_wait_is_refused_with_both()
    {
        var refused = Assert.Throws<ArgumentOutOfRangeException>(() => new BackoffPolicy(TimeSpan.FromSeconds(3), TimeSpan.FromSeconds(2)));

        Assert.Equal(("maxDelay", TimeSpan.FromSeconds(2)), (refused.ParamName, refused.ActualValue));
        Assert.Contains("at least firstDelay, which is 00:00:03", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(-1, 100, 2, 0, "firstDelay")]
    [InlineData(1, 86_400_001, 2, 0, "maxDelay")]
    [InlineData(1, 100, 0.5, 0, "factor")]
    [InlineData(1, 100, double.NaN, 0, "factor")]
    [InlineData(1, 100, 2, -0.1, "jitter")]
    [InlineData(1, 100, 2, 1.1, "jitter")]
    [InlineData(1, 100, 2, double.NaN, "jitter")]
    public void What_makes_no_sense_is_refused(int first, int most, double factor, double jitter, string culprit)
    {
        var refused = Assert.Throws<ArgumentOutOfRangeException>(
            () => new BackoffPolicy(TimeSpan.FromMilliseconds(first), TimeSpan.FromMilliseconds(most), factor, jitter));

        Assert.Equal(culprit, refused.ParamName);
        Assert.Contains("must", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0, 0.5, "attempt")]
    [InlineData(1, 1.5, "chance")]
    public void A_wait_is_asked_for_with_a_number_of_the_attempt_and_a_chance(int attempt, double chance, string culprit) =>
        Assert.Equal(culprit, Assert.Throws<ArgumentOutOfRangeException>(() => BackoffPolicy.Default.DelayBefore(attempt, chance)).ParamName);
}
