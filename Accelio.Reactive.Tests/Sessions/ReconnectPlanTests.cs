using Accelio.Reactive.Tests.Engine;
using Xunit;

namespace Accelio.Reactive.Tests.Sessions;

/// <summary>When and where a session that lost its link tries again.</summary>
public class ReconnectPlanTests
{
    private static readonly RouteTarget Paris = new("sim://paris:1");
    private static readonly RouteTarget London = new("sim://london:1");
    private static readonly RouteTarget Rome = new("sim://rome:1");

    [Fact]
    public void The_attempts_follow_the_waits_of_the_policy_until_there_were_enough()
    {
        var plan = Plan(new ReconnectPolicy(WithoutChance, maxAttempts: 4));
        plan.Begin(Paris, 0);

        Assert.Equal([0, 100, 200, 400], Enumerable.Range(0, 4).Select(_ => DelayAt(plan, 0)));
        Assert.Null(DelayAt(plan, 0));
    }

    [Fact]
    public void No_attempt_begins_after_the_time_of_the_policy()
    {
        var plan = Plan(new ReconnectPolicy(WithoutChance, maxTime: TimeSpan.FromMilliseconds(1000), restTime: TimeSpan.Zero));
        plan.Begin(Paris, Milliseconds(50));

        Assert.Equal(0, DelayAt(plan, 50));
        Assert.Equal(100, DelayAt(plan, 950));
        Assert.Null(DelayAt(plan, 951));
    }

    [Fact]
    public void The_next_loss_begins_with_the_first_attempt_again()
    {
        var plan = Plan(new ReconnectPolicy(WithoutChance, maxAttempts: 2));
        plan.Begin(Paris, 0);
        Assert.Equal(0, DelayAt(plan, 0));
        Assert.Equal(100, DelayAt(plan, 0));

        plan.Begin(London, Milliseconds(5000));
        Assert.Equal(0, DelayAt(plan, 5000));
        Assert.Equal(1, plan.Attempts);
    }

    [Fact]
    public void None_makes_no_attempt()
    {
        var plan = Plan(ReconnectPolicy.None);
        plan.Begin(Paris, 0);

        Assert.Null(DelayAt(plan, 0));
    }

    [Fact]
    public void The_same_chance_gives_the_same_waits_and_another_one_others()
    {
        var (one, same, other) = (Waits(1), Waits(1), Waits(2));

        Assert.Equal(one, same);
        Assert.NotEqual(one, other);
    }

    [Fact]
    public void The_portal_that_was_lost_is_asked_first_and_then_the_others_in_their_order()
    {
        var plan = Plan(ReconnectPolicy.Default);
        plan.Begin(London, 0);

        Assert.Equal([London, Paris, Rome], plan.Targets(0));
    }

    [Fact]
    public void A_portal_that_failed_too_often_is_left_out_until_it_has_rested_and_asked_last_then()
    {
        var plan = Plan(new ReconnectPolicy(failuresToRest: 2, restTime: TimeSpan.FromMilliseconds(100)));
        plan.Begin(Paris, 0);
        plan.OnFailed(Paris, 0);
        Assert.Equal([Paris, London, Rome], plan.Targets(0));

        plan.OnFailed(Paris, 0);
        Assert.Equal([London, Rome], plan.Targets(Milliseconds(99)));
        Assert.Equal([London, Rome, Paris], plan.Targets(Milliseconds(100)));

        plan.OnReached(Paris);
        Assert.Equal([Paris, London, Rome], plan.Targets(Milliseconds(100)));
    }

    [Fact]
    public void When_all_portals_rest_all_of_them_are_asked()
    {
        var plan = Plan(new ReconnectPolicy(failuresToRest: 1));
        plan.Begin(London, 0);
        foreach (var portal in (RouteTarget[])[Paris, London, Rome])
        {
            plan.OnFailed(portal, 0);
        }

        Assert.Equal([London, Paris, Rome], plan.Targets(1));
    }

    [Fact]
    public void What_becomes_of_a_portal_that_is_not_in_the_plan_changes_nothing()
    {
        var plan = Plan(new ReconnectPolicy(failuresToRest: 1));
        plan.Begin(new RouteTarget("sim://elsewhere:1"), 0);
        plan.OnFailed(new RouteTarget("sim://elsewhere:1"), 0);
        plan.OnReached(new RouteTarget("sim://elsewhere:1"));

        Assert.Equal([Paris, London, Rome], plan.Targets(0));
    }

    [Theory]
    [InlineData(-1, 1000, 1, 0, "maxAttempts")]
    [InlineData(1, 0, 1, 0, "maxTime")]
    [InlineData(1, 1000, 0, 0, "failuresToRest")]
    [InlineData(1, 1000, 1, -1, "restTime")]
    [InlineData(1, 1000, 1, 1001, "restTime")]
    public void A_policy_that_makes_no_sense_is_refused(int attempts, int time, int failures, int rest, string culprit)
    {
        var refused = Assert.Throws<ArgumentOutOfRangeException>(
            () => new ReconnectPolicy(BackoffPolicy.None, attempts, TimeSpan.FromMilliseconds(time), failures, TimeSpan.FromMilliseconds(rest)));

        Assert.Equal(culprit, refused.ParamName);
        Assert.Contains("must", refused.Message, StringComparison.Ordinal);
    }

    private static BackoffPolicy WithoutChance { get; } = new(TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(2), jitter: 0);

    private static ReconnectPlan Plan(ReconnectPolicy policy) => new(policy, [Paris, London, Rome], new CountingEntropy());

    private static double? DelayAt(ReconnectPlan plan, int milliseconds) =>
        plan.TryPlan(Milliseconds(milliseconds), out var delay) ? TimeSpan.FromTicks(delay).TotalMilliseconds : null;

    private static List<long> Waits(ulong seed)
    {
        var plan = new ReconnectPlan(ReconnectPolicy.Default, [Paris], new SeededEntropy(seed));
        plan.Begin(Paris, 0);
        var waits = new List<long>();
        while (waits.Count < 10 && plan.TryPlan(0, out var delay))
        {
            waits.Add(delay);
        }

        return waits;
    }

    private static long Milliseconds(int milliseconds) => TimeSpan.FromMilliseconds(milliseconds).Ticks;
}
