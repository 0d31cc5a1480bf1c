using Accelio.Transports.Polling;
using Xunit;

namespace Accelio.Reactive.Tests.Polling;

public class TimerWheelTests
{
    private const long Millisecond = TimeSpan.TicksPerMillisecond;

    [Fact]
    public void A_timer_fires_once_when_its_time_has_come_and_not_before()
    {
        var wheel = new TimerWheel();
        var fired = 0;
        var timer = new ActionTimer(_ => fired++);
        wheel.Schedule(timer, 5 * Millisecond);

        wheel.Advance((5 * Millisecond) - 1);
        Assert.Equal(0, fired);
        Assert.True(timer.IsScheduled);

        wheel.Advance(5 * Millisecond);
        wheel.Advance(500 * Millisecond);
        Assert.Equal(1, fired);
        Assert.False(timer.IsScheduled);
    }

    [Fact]
    public void A_due_time_between_two_milliseconds_is_rounded_up()
    {
        var wheel = new TimerWheel();
        var firedAt = -1L;
        wheel.Schedule(new ActionTimer(now => firedAt = now), (3 * Millisecond) + 1);

        wheel.Advance((4 * Millisecond) - 1);
        Assert.Equal(-1, firedAt);

        wheel.Advance(4 * Millisecond);
        Assert.Equal(4 * Millisecond, firedAt);
    }

    [Fact]
    public void With_a_resolution_of_one_tick_timers_fire_at_the_very_tick()
    {
        var begin = new DateTime(2000, 1, 1, 0, 0, 0, DateTimeKind.Utc).Ticks;
        var wheel = new TimerWheel(begin, resolution: 1);
        var firedAt = new List<long>();
        long[] due = [begin + 1, begin + 63, begin + 64, begin + 12_345_678_901, begin + (40 * 365 * TimeSpan.TicksPerDay)];
        foreach (var time in due)
        {
            wheel.Schedule(new ActionTimer(now => firedAt.Add(now)), time);
        }

        while (wheel.NextDueTime is var next && next != long.MaxValue)
        {
            wheel.Advance(next);
        }

        Assert.Equal(due, firedAt);
    }

    [Fact]
    public void A_time_that_has_passed_fires_at_the_next_advance_even_when_the_clock_stands_still()
    {
        var wheel = new TimerWheel(100 * Millisecond);
        var fired = 0;
        wheel.Schedule(new ActionTimer(_ => fired++), 20 * Millisecond);

        Assert.True(wheel.NextDueTime <= 100 * Millisecond);
        wheel.Advance(100 * Millisecond);

        Assert.Equal(1, fired);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(63)]
    [InlineData(64)]
    [InlineData(4095)]
    [InlineData(4096)]
    [InlineData(262_144)]
    [InlineData(86_400_000L)]
    [InlineData(365L * 86_400_000)]
    [InlineData(1000L * 365 * 86_400_000)]
    public void Following_the_next_due_time_fires_a_timer_exactly_when_due_in_few_steps(long milliseconds)
    {
        const long begin = 12_345_678_901_234;
        var wheel = new TimerWheel(begin);
        var firedAt = -1L;
        var due = begin + (milliseconds * Millisecond);
        wheel.Schedule(new ActionTimer(now => firedAt = now), due);

        var steps = 0;
        while (firedAt < 0)
        {
            wheel.Advance(wheel.NextDueTime);
            Assert.True(++steps <= 9, "one step per level at most");
        }

        Assert.InRange(firedAt, due, due + Millisecond - 1);
        Assert.Equal(long.MaxValue, wheel.NextDueTime);
    }

    [Fact]
    public void The_end_of_time_can_be_scheduled_and_does_not_come()
    {
        var wheel = new TimerWheel(TimeSpan.TicksPerDay);
        wheel.Schedule(new ActionTimer(_ => Assert.Fail("fired")), long.MaxValue);

        Assert.InRange(wheel.NextDueTime, TimeSpan.TicksPerDay, long.MaxValue);
        wheel.Advance(1000 * 365 * TimeSpan.TicksPerDay);

        Assert.Equal(1, wheel.Count);
    }

    [Fact]
    public void A_cancelled_timer_does_not_fire_and_cancelling_again_does_nothing()
    {
        var wheel = new TimerWheel();
        var timer = new ActionTimer(_ => Assert.Fail("fired"));
        wheel.Schedule(timer, 70 * Millisecond);

        wheel.Cancel(timer);
        wheel.Cancel(timer);
        wheel.Advance(TimeSpan.TicksPerSecond);

        Assert.Equal(0, wheel.Count);
        Assert.Equal(long.MaxValue, wheel.NextDueTime);
    }

    [Fact]
    public void A_timer_can_cancel_or_move_another_that_is_due_in_the_same_advance()
    {
        var wheel = new TimerWheel();
        var movedAt = -1L;
        var victim = new ActionTimer(_ => Assert.Fail("fired"));
        var moved = new ActionTimer(now => movedAt = now);
        wheel.Schedule(
            new ActionTimer(now =>
            {
                wheel.Cancel(victim);
                wheel.Schedule(moved, now + (100 * Millisecond));
            }),
            Millisecond);
        wheel.Schedule(victim, 2 * Millisecond);
        wheel.Schedule(moved, 3 * Millisecond);

        Assert.Equal(1, wheel.Advance(10 * Millisecond));
        Assert.Equal(1, wheel.Advance(110 * Millisecond));

        Assert.Equal(110 * Millisecond, movedAt);
    }

    [Fact]
    public void A_timer_that_schedules_itself_in_the_past_fires_once_per_advance()
    {
        var wheel = new TimerWheel();
        var fired = 0;
        ActionTimer? timer = null;
        timer = new ActionTimer(_ =>
        {
            fired++;
            wheel.Schedule(timer!, 0);
        });
        wheel.Schedule(timer, Millisecond);

        wheel.Advance(50 * Millisecond);
        Assert.Equal(1, fired);

        wheel.Advance(50 * Millisecond);
        Assert.Equal(2, fired);
    }

    [Fact]
    public void What_a_timer_throws_is_reported_and_the_others_fire()
    {
        var reported = new List<Exception>();
        var wheel = new TimerWheel(0, reported.Add);
        var fired = 0;
        wheel.Schedule(new ActionTimer(_ => throw new InvalidOperationException("mine")), Millisecond);
        wheel.Schedule(new ActionTimer(_ => fired++), Millisecond);

        wheel.Advance(Millisecond);

        Assert.Equal(1, fired);
        Assert.Equal("mine", Assert.Single(reported).Message);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Random_use_behaves_like_a_sorted_list(int seed)
    {
        var random = new Random(seed);
        var wheel = new TimerWheel();
        var expected = new Dictionary<ActionTimer, long>();
        var now = 0L;
        var firedNow = new List<ActionTimer>();
        var timers = new ActionTimer[200];
        for (var i = 0; i < timers.Length; i++)
        {
            var index = i;
            timers[index] = new ActionTimer(_ => firedNow.Add(timers[index]));
        }

        for (var step = 0; step < 5000; step++)
        {
            var timer = timers[random.Next(timers.Length)];
            switch (random.Next(4))
            {
                case 0 or 1:
                    // Spans of every magnitude, from the past to about a day.
                    var due = now - 100 + random.NextInt64(1L << random.Next(1, 40));
                    wheel.Schedule(timer, due);
                    expected[timer] = due;
                    break;
                case 2:
                    wheel.Cancel(timer);
                    expected.Remove(timer);
                    break;
                default:
                    now = random.Next(2) == 0 && wheel.NextDueTime != long.MaxValue
                        ? Math.Max(now, wheel.NextDueTime)
                        : now + random.NextInt64(1L << random.Next(1, 36));
                    CheckAdvance(wheel, now, expected, firedNow);
                    break;
            }

            Assert.Equal(expected.Count, wheel.Count);
            Assert.True(wheel.NextDueTime <= (expected.Count == 0 ? long.MaxValue : Math.Max(RoundUp(expected.Values.Min()), now)));
        }
    }

    private static void CheckAdvance(TimerWheel wheel, long now, Dictionary<ActionTimer, long> expected, List<ActionTimer> firedNow)
    {
        firedNow.Clear();
        var due = expected.Where(entry => RoundUp(entry.Value) <= now).ToDictionary();

        Assert.Equal(due.Count, wheel.Advance(now));

        Assert.Equal(due.Keys.ToHashSet(), firedNow.ToHashSet());
        Assert.All(firedNow, timer => Assert.True(expected[timer] <= now, "never early"));
        Assert.All(due.Keys, timer => expected.Remove(timer));
    }

    private static long RoundUp(long ticks) => ticks <= 0 ? 0 : (ticks + Millisecond - 1) / Millisecond * Millisecond;
}
