using Xunit;
using static Accelio.Reactive.Tests.Migration.MigrationWorld;

namespace Accelio.Reactive.Tests.Migration;

/// <summary>Links are cut and servers crash at every moment of a migration: every request ends once and truthfully, and none runs twice.</summary>
public class BrokenMoveRules
{
    private const int Moments = 60;

    /// <summary>The contexts of each side, and between whom the links are cut.</summary>
    public static TheoryData<SimulatedLinkKind, int, string, string> Cuts => new()
    {
        { SimulatedLinkKind.Stream, 1, "client", "old" },
        { SimulatedLinkKind.Stream, 1, "old", "new" },
        { SimulatedLinkKind.Stream, 1, "client", "new" },
        { SimulatedLinkKind.Slots, 1, "client", "old" },
        { SimulatedLinkKind.Slots, 1, "client", "new" },
        { SimulatedLinkKind.Stream, 3, "client", "old" },
        { SimulatedLinkKind.Slots, 3, "old", "new" },
        { SimulatedLinkKind.Stream, 3, "client", "new" },
    };

    [Theory]
    [MemberData(nameof(Cuts))]
    public void A_link_that_is_cut_at_any_moment_costs_no_request(SimulatedLinkKind kind, int contexts, string one, string other)
    {
        var (moved, stayed) = (0, 0);
        for (var moment = 0; moment < Moments; moment += 3)
        {
            using var world = new MigrationWorld(kind, oldContexts: contexts, newContexts: contexts);
            var session = contexts == 1 ? world.Connect() : world.ConnectWide();
            var moving = world.MoveAsync();
            List<Task<int>> asked = [];
            for (byte i = 0; i < 30; i++)
            {
                asked.Add(AskAsync(session, i));
                world.Advance(TimeSpan.FromMilliseconds(moment / 30.0));
            }

            world.Faults.CutLinks(one, other);
            for (byte i = 30; i < 40; i++)
            {
                asked.Add(AskAsync(session, i));
                world.Advance(TimeSpan.FromMilliseconds(1));
            }

            world.Advance(5 * Second);

            Assert.All(asked, (task, i) => Assert.Equal(Answer((byte)i), task.Result));
            Assert.Equal(Enumerable.Range(0, 40), world.RanAnywhere.Order());
            Assert.All(world.RanAnywhere.GroupBy(ran => contexts == 1 ? 0 : KeyOf(ran)), static sameKey => Assert.Equal(sameKey.Order(), sameKey));
            var outcome = world.OutcomeOf(moving);
            _ = outcome == MigrationOutcome.Migrated ? moved++ : stayed++;
            Assert.Equal(outcome == MigrationOutcome.Migrated ? 1 : 0, world.Sessions["new"].Count(static taken => taken.State == SessionState.Established));
            Assert.Equal(Answer(99), world.Network.Run(() => AskAsync(session, 99)));
        }

        Assert.True(moved != 0 && (stayed != 0 || one == "old" || other == "new"), $"{moved} moved, {stayed} stayed");
    }

    [Theory]
    [InlineData(SimulatedLinkKind.Stream)]
    [InlineData(SimulatedLinkKind.Slots)]
    public void A_client_that_comes_back_to_another_context_while_its_connection_leaves_hears_where_that_went(SimulatedLinkKind kind)
    {
        for (var moment = 0; moment < 100; moment++)
        {
            // The contexts hear from each other late: a question for the connection is under way when it leaves.
            var leaving = 0;
            var handOver = new HandOverThatWaits();
            using var world = new MigrationWorld(
                kind, moment, (host, options) => (options.SharesPort, options.HandOver) = (host == "old", handOver), oldContexts: 3, contextDelay: 4 * Latency);
            handOver.Exporting = () =>
            {
                if (++leaving == 3)
                {
                    world.Faults.CutLinks("client", "old");
                }

                return Task.Delay(TimeSpan.FromMilliseconds(50 + moment), world.Network.TimeProvider);
            };
            AccelioSession[] sessions = [.. Enumerable.Range(0, 3).Select(_ => world.Connect(static options => options.OwnLink = true))];
            List<AccelioSessionEvent>[] told = [.. sessions.Select(EventsOf)];

            Assert.True(world.Network.Run(() => world.MoveAsync()).IsComplete);
            world.Advance(Second);

            Assert.All(told, static events => Assert.Equal(new SessionMigrated("sim://new:1", IsNewSession: false), events[^1]));
            Assert.Equal(3, world.Sessions["new"].Count);
        }
    }

    [Theory]
    [InlineData("old", 1)]
    [InlineData("new", 1)]
    [InlineData("old", 3)]
    [InlineData("new", 3)]
    public void A_server_that_crashes_at_any_moment_leaves_no_request_without_an_end_and_none_that_ran_twice(string crashed, int contexts)
    {
        for (var moment = 0; moment < Moments; moment += 3)
        {
            using var world = new MigrationWorld(oldContexts: contexts, newContexts: contexts);
            void Configure(AccelioSessionOptions options) => options.Reconnect = new ReconnectPolicy(maxTime: 3 * Second);
            var session = contexts == 1 ? world.Connect(Configure) : world.ConnectWide(Configure);
            var moving = world.MoveAsync(limit: Second);
            List<Task<int>> asked = [];
            for (byte i = 0; i < 30; i++)
            {
                asked.Add(AskAsync(session, i));
                world.Advance(TimeSpan.FromMilliseconds(moment / 30.0));
            }

            world.Faults.Crash(crashed);
            world.Advance(20 * Second);

            Assert.All(asked, task => Assert.True(task.IsCompleted));
            Assert.Equal(world.RanAnywhere.Distinct(), world.RanAnywhere);
            for (var i = 0; i < asked.Count; i++)
            {
                if (asked[i].Exception?.InnerException is { } failure)
                {
                    Assert.True(((AccelioException)failure).MayHaveExecuted || !world.RanAnywhere.Contains(i), $"{i} ran, and its exception says no");
                }
                else
                {
                    Assert.Contains(i, world.RanAnywhere);
                }
            }

            if (crashed == "new" && world.OutcomeOf(moving) == MigrationOutcome.Stayed)
            {
                Assert.All(asked, task => Assert.True(task.IsCompletedSuccessfully));
            }
        }
    }

    [Fact]
    public void Work_that_takes_too_long_keeps_the_session_where_it_is()
    {
        using var world = new MigrationWorld();
        var session = world.Connect();
        world.Handler = async request =>
        {
            await Task.Delay(request.Payload.FirstSpan[0] == 1 ? 5 * Second : Latency, world.Network.TimeProvider);
            await request.RespondAsync(request.Payload);
        };
        var slow = AskAsync(session, 1);
        world.Advance(Latency * 4);

        var moving = world.MoveAsync(limit: 2 * Second);
        world.Advance(Second);
        var held = AskAsync(session, 2);
        world.Advance(Second / 2);
        Assert.Equal([1], world.Ran["old"]);
        world.Advance(Second);

        var report = Assert.Single(world.Network.Run(() => moving).Sessions);
        Assert.Equal(MigrationOutcome.Stayed, report.Outcome);
        Assert.Contains("longer than the limit of 00:00:02", report.Detail, StringComparison.Ordinal);
        Assert.Equal(Answer(2), world.Network.Run(() => held));
        Assert.Equal(Answer(1), world.Network.Run(() => slow));
        Assert.Equal([1, 2], world.Ran["old"]);
        Assert.True(world.Network.Run(() => world.MoveAsync()).IsComplete);
        Assert.Equal(Answer(3), world.Network.Run(() => AskAsync(session, 3)));
        Assert.Equal([3], world.Ran["new"]);
    }

    [Fact]
    public void A_client_that_closes_meanwhile_loses_nothing_of_what_it_has_sent()
    {
        using var world = new MigrationWorld();
        var session = world.Connect();
        var moving = world.MoveAsync();
        for (byte i = 0; i < 50; i++)
        {
            Assert.True(session.TrySend(new byte[] { i }, out _) || world.Network.Run(() => session.SendAsync(new byte[] { i }).AsTask()).Value >= 0);
            world.Advance(TimeSpan.FromMilliseconds(1));
        }

        world.Network.Run(() => session.DisposeAsync().AsTask());
        world.Advance(Second);

        Assert.True(moving.IsCompleted);
        Assert.Equal(Enumerable.Range(0, 50), world.Arrived);
    }

    private sealed class HandOverThatWaits : SessionHandOver
    {
        public Func<Task>? Exporting { get; set; }

        public override async ValueTask<ReadOnlyMemory<byte>> ExportAsync(AccelioSession session, CancellationToken cancellationToken)
        {
            await Exporting!();
            return default;
        }

        public override ValueTask ImportAsync(AccelioSession session, ReadOnlyMemory<byte> state, CancellationToken cancellationToken) => default;
    }
}
