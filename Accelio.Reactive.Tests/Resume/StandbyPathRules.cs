using System.Reactive.Linq;
using Accelio.Transports;
using Xunit;
using static Accelio.Reactive.Tests.Resume.PathWorld;
using static Accelio.Reactive.Tests.Resume.ResumeWorld;

namespace Accelio.Reactive.Tests.Resume;

/// <summary>One path is active, the others stand by: when it fails, the session goes on over one of them at once, and no request is lost.</summary>
public class StandbyPathRules
{
    public static TheoryData<SimulatedLinkKind> Kinds => [SimulatedLinkKind.Stream, SimulatedLinkKind.Slots];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void From_the_cut_of_the_active_path_to_the_first_answer_over_the_other_one_it_takes_two_round_trips(SimulatedLinkKind kind)
    {
        using var world = Open(kind);
        var session = Connect(world, PathMode.ActiveStandby);
        world.Network.Run(() => AskAsync(session, 1));
        Assert.Equal($"{One}", From(session.Connections[0]));

        world.Faults.Partition($"{One}", "server").CutLinks($"{One}", "server");
        var began = world.Scheduler.Clock;
        Assert.Equal(Answer(2), world.Network.Run(() => AskAsync(session, 2)));

        // One for the resume, one for the request.
        Assert.Equal(2, (world.Scheduler.Clock - began) / (2 * Latency.Ticks));
        Assert.Equal($"{Two}", From(session.Connections[0]));
        Assert.Equal([1, 2], world.Ran);
    }

    [Fact]
    public void Without_a_path_that_stands_by_the_link_and_its_set_up_take_two_more()
    {
        using var world = Open();
        var session = world.Connect();
        world.Network.Run(() => AskAsync(session, 1));

        world.Faults.CutLinks("client", "server");
        var began = world.Scheduler.Clock;
        Assert.Equal(Answer(2), world.Network.Run(() => AskAsync(session, 2)));

        Assert.Equal(4, (world.Scheduler.Clock - began) / (2 * Latency.Ticks));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Whatever_happens_to_the_active_path_under_load_no_request_is_lost_or_run_twice(SimulatedLinkKind kind)
    {
        for (var moment = 0; moment < 30; moment++)
        {
            using var world = Open(kind, seed: moment);
            world.Handler = world.AnswerLater;
            var session = Connect(world, PathMode.ActiveStandby, static options => options.DetectWithin = Second);
            Task<int>[] asked = [.. Enumerable.Range(0, 60).Select(i => AskAsync(session, (byte)i, 1 + (i % 9 * 3000)))];
            world.Advance(TimeSpan.FromMilliseconds(moment));

            Fail(world.Faults, moment % 4);
            var answers = world.Network.Run(() => Task.WhenAll(asked));

            Assert.Equal(Enumerable.Range(0, 60).Select(i => Answer((byte)i, 1 + (i % 9 * 3000))), answers);
            Assert.Equal(Enumerable.Range(0, 60), world.Ran);
            Assert.Equal($"{Two}", From(session.Connections[0]));
        }

        static void Fail(SimulatedFaults faults, int how)
        {
            _ = how switch
            {
                0 => faults.CutLinks($"{One}", "server"),
                1 => faults.PartitionOneWay($"{One}", "server"),
                2 => faults.PartitionOneWay("server", $"{One}"),
                _ => faults.SilenceLinks($"{One}", "server"),
            };
        }
    }

    [Fact]
    public void The_path_that_stands_by_stays_open_as_long_as_the_session_and_no_longer()
    {
        using var world = Open();
        var session = Connect(world, PathMode.ActiveStandby);
        Assert.Equal(1, LinksFrom(world, $"{Two}"));
        world.Advance(TimeSpan.FromHours(2));
        var began = world.Scheduler.Clock;

        world.Faults.Partition($"{One}", "server").CutLinks($"{One}", "server");
        Assert.Equal(Answer(1), world.Network.Run(() => AskAsync(session, 1)));
        Assert.Equal(2, (world.Scheduler.Clock - began) / (2 * Latency.Ticks));
        world.Network.Run(async () => await session.DisposeAsync());
        world.Advance(TimeSpan.FromMinutes(10));

        Assert.Equal(0, LinksFrom(world, $"{Two}"));
    }

    [Fact]
    public void A_path_that_is_well_again_stands_by_for_the_other_one()
    {
        using var world = Open();
        var session = Connect(world, PathMode.ActiveStandby);
        for (byte i = 0; i < 6; i++)
        {
            var active = From(session.Connections[0]);
            Assert.Equal(i % 2 == 0 ? $"{One}" : $"{Two}", active);
            world.Faults.Partition(active, "server").CutLinks(active, "server");
            Assert.Equal(Answer(i), world.Network.Run(() => AskAsync(session, i)));
            world.Faults.HealAll();
            world.Advance(Second * 20);
        }
    }

    [Fact]
    public void A_session_is_opened_on_the_first_path_that_leads_to_the_server()
    {
        using var world = Open();
        world.Faults.Partition($"{One}", "server");

        var session = Connect(world, PathMode.ActiveStandby);

        Assert.Equal($"{Two}", From(session.Connections[0]));
    }

    [Fact]
    public void A_server_that_was_started_again_gets_a_new_session_over_whichever_path_there_is()
    {
        using var world = Open(contexts: 2);
        var session = Connect(world, PathMode.ActiveStandby);
        var events = EventsOf(session);
        world.Faults.Partition($"{One}", "server").Crash("server").Restart("server");
        world.Advance(Second * 20);

        Assert.Equal(Answer(1), world.Network.Run(() => AskAsync(session, 1)));
        Assert.Equal([typeof(SessionReconnecting), typeof(SessionFailedOver)], events);
    }

    [Theory]
    [InlineData("28", "MalformedControl")]
    [InlineData("280000000000000000ff", "MalformedControl")]
    [InlineData("290000000000000001", "UnexpectedFrame")]
    public void A_client_that_asks_for_it_in_the_wrong_words_loses_its_link(string payload, string error)
    {
        using var world = Open();
        var session = world.Connect();
        var ended = string.Empty;
        world.Sessions[0].Events.OfType<SessionClosed>().Subscribe(what => ended = what.Detail);

        world.Network.Run(async () =>
        {
            await world.Client.SwitchTo();
            scoped OutboundFrame frame = default;
            frame.Header.Type = FrameType.ExtensionRequest;
            frame.UserHeader = Convert.FromHexString(payload);
            ((ConnectionCore)session.Connections[0]).Machine.Machine.Link.Send(ref frame);
        });
        world.Advance(Second);

        Assert.Equal(SessionState.Closed, world.Sessions[0].State);
        Assert.Contains(error, ended, StringComparison.Ordinal);
    }

    private static int LinksFrom(ResumeWorld world, string address) => world.Network.Wires.Circuits(circuit => circuit.Joins(address, "server")).Count;
}
