using System.Reactive.Linq;
using Xunit;
using static Accelio.Reactive.Tests.Migration.MigrationWorld;

namespace Accelio.Reactive.Tests.Migration;

/// <summary>Links are cut at every moment of a move without a hand-over: the client has a session afterwards, at one server or the other, and no request is lost or runs twice.</summary>
public class BrokenLeaveRules
{
    private static readonly TimeSpan Step = Latency / 4;

    /// <summary>The contexts of each side, and between whom the links are cut.</summary>
    public static TheoryData<SimulatedLinkKind, int, string> Cuts => new()
    {
        { SimulatedLinkKind.Stream, 1, "old" },
        { SimulatedLinkKind.Stream, 1, "new" },
        { SimulatedLinkKind.Slots, 1, "old" },
        { SimulatedLinkKind.Slots, 1, "new" },
        { SimulatedLinkKind.Stream, 3, "old" },
        { SimulatedLinkKind.Stream, 3, "new" },
        { SimulatedLinkKind.Slots, 3, "old" },
        { SimulatedLinkKind.Stream, 1, "both" },
        { SimulatedLinkKind.Slots, 3, "both" },
    };

    [Theory]
    [MemberData(nameof(Cuts))]
    public void A_link_that_is_cut_at_any_moment_costs_no_request_and_no_session(SimulatedLinkKind kind, int contexts, string server)
    {
        HashSet<MigrationOutcome> outcomes = [];
        for (var moment = 0; moment < 70; moment++)
        {
            using var world = NewWorld(kind, contexts);
            var session = contexts == 1 ? world.Connect() : world.ConnectWide();
            var events = EventsOf(session);
            List<Task<int>> asked = [];
            Ask(world, session, asked, 10);
            var moving = world.MoveAsync();
            Ask(world, session, asked, 10);
            world.Advance(moment * Step);
            foreach (var cut in server == "both" ? ["old", "new"] : (string[])[server])
            {
                world.Faults.CutLinks("client", cut);
            }

            Ask(world, session, asked, 10);
            world.Advance(5 * Second);

            Assert.All(asked, (task, i) => Assert.True(task.IsCompletedSuccessfully && task.Result == Answer((byte)i), $"cut at {moment}: {i} {task.Status} {task.Exception?.InnerException}"));
            Assert.Equal(Enumerable.Range(0, asked.Count), world.RanAnywhere.Order());
            Assert.Equal(SessionState.Established, session.State);
            Assert.Equal(Answer(99), world.Network.Run(() => AskAsync(session, 99)));
            var outcome = world.OutcomeOf(moving);
            Assert.Equal(outcome == MigrationOutcome.Stayed ? "old" : "new", world.Ran["old"].Contains(99) ? "old" : "new");
            Assert.Equal(outcome == MigrationOutcome.Stayed ? [] : [new SessionMigrated("sim://new:1", IsNewSession: true)], events.OfType<SessionMigrated>());
            Assert.Empty(events.OfType<SessionFailedOver>());
            outcomes.Add(outcome);
        }

        Assert.Equal(server != "new", outcomes.Contains(MigrationOutcome.Stayed));
        Assert.Contains(MigrationOutcome.BegunAnew, outcomes);
    }

    [Theory]
    [InlineData(SimulatedLinkKind.Stream, 1)]
    [InlineData(SimulatedLinkKind.Slots, 1)]
    [InlineData(SimulatedLinkKind.Stream, 3)]
    public void An_old_server_that_is_out_of_reach_at_any_moment_leaves_a_session_that_was_told_where_to_go(SimulatedLinkKind kind, int contexts)
    {
        var told = 0;
        for (var moment = 0; moment < 70; moment++)
        {
            using var world = NewWorld(kind, contexts);
            void Configure(AccelioSessionOptions options) => options.Reconnect = new ReconnectPolicy(maxTime: 3 * Second);
            var session = contexts == 1 ? world.Connect(Configure) : world.ConnectWide(Configure);
            List<Task<int>> asked = [];
            var moving = world.MoveAsync(limit: Second);
            Ask(world, session, asked, 20);
            world.Advance(moment * Step);
            world.Faults.Crash("old");
            Ask(world, session, asked, 10);
            world.Advance(20 * Second);

            Assert.Equal(world.RanAnywhere.Distinct(), world.RanAnywhere);
            Assert.All(asked, (task, i) => Assert.True(
                task.IsCompletedSuccessfully ? world.RanAnywhere.Contains(i) : task.Exception!.InnerException is AccelioException failure && (failure.MayHaveExecuted || !world.RanAnywhere.Contains(i)),
                $"crash at {moment}: {i} {task.Status} {task.Exception?.InnerException}"));
            if (world.Sessions["new"].Count != 0)
            {
                told++;
                Assert.All(asked.Skip(20), (task, i) => Assert.True(task.IsCompletedSuccessfully, $"crash at {moment}: {20 + i} {task.Exception?.InnerException}"));
                Assert.Equal(Answer(99), world.Network.Run(() => AskAsync(session, 99)));
                Assert.Contains(99, world.Ran["new"]);
            }
        }

        Assert.InRange(told, 20, 69);
    }

    [Theory]
    [InlineData(SimulatedLinkKind.Stream, 1)]
    [InlineData(SimulatedLinkKind.Slots, 1)]
    [InlineData(SimulatedLinkKind.Stream, 3)]
    public void An_old_server_that_is_started_again_does_not_take_a_session_that_has_begun_anew(SimulatedLinkKind kind, int contexts)
    {
        var begun = 0;
        for (var moment = 0; moment < 70; moment++)
        {
            using var world = NewWorld(kind, contexts);
            var session = contexts == 1 ? world.Connect() : world.ConnectWide();
            var events = EventsOf(session);
            _ = world.MoveAsync();
            world.Advance(moment * Step);
            var hasBegun = events.OfType<SessionMigrated>().Any();
            world.Faults.Crash("old").Restart("old");
            List<Task<int>> asked = [];
            Ask(world, session, asked, 10);
            world.Advance(5 * Second);

            Assert.Equal(Answer(99), world.Network.Run(() => AskAsync(session, 99)));
            if (hasBegun)
            {
                // What is left of the old connection finds nobody who knows it. Nothing was under way on it.
                begun++;
                Assert.All(asked, static (task, i) => Assert.Equal(Answer((byte)i), task.Result));
                Assert.Equal([.. Enumerable.Range(0, 10), 99], world.Ran["new"].Order());
                Assert.Single(world.Sessions["new"]);
                Assert.Empty(events.OfType<SessionFailedOver>());
            }
        }

        Assert.InRange(begun, 10, 69);
    }

    [Fact]
    public void The_old_server_hears_once_what_was_sent_to_it_last_when_its_question_on_the_next_link_comes_late()
    {
        for (var seed = 0; seed < 300; seed++)
        {
            using var world = NewWorld(SimulatedLinkKind.Slots, 1, seed, 2 * Latency);
            var session = world.Connect();
            var ends = new List<SessionClosed>();
            world.Sessions["old"][0].Events.OfType<SessionClosed>().Subscribe(ends.Add);
            _ = world.MoveAsync();
            world.Advance(Latency * (seed % 60) / 8);
            world.Faults.CutLinks("client", "old");
            world.Advance(5 * Second);

            Assert.All(ends, static end => Assert.Equal(CloseReason.ClosedLocally, end.Reason));
            Assert.Equal(Answer(1), world.Network.Run(() => AskAsync(session, 1)));
        }
    }

    private static MigrationWorld NewWorld(SimulatedLinkKind kind, int contexts, int? seed = null, TimeSpan jitter = default) =>
        new(kind, seed, configure: static (_, options) => (options.HandOver, options.MigrationKey) = (null, default), oldContexts: contexts, newContexts: contexts, jitter: jitter);

    private static void Ask(MigrationWorld world, AccelioSession session, List<Task<int>> asked, int count)
    {
        for (var i = 0; i < count; i++)
        {
            asked.Add(AskAsync(session, (byte)asked.Count));
            world.Advance(Step / 4);
        }
    }
}
