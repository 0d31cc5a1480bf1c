using Xunit;
using static Accelio.Reactive.Tests.Resume.ResumeWorld;

namespace Accelio.Reactive.Tests.Resume;

/// <summary>The own portal of a connection cannot be reached, or its context has no time: the connection goes on by way of the server's other portals.</summary>
public class OtherPortalRules
{
    private const int FirstPortal = 100;

    public static TheoryData<SimulatedLinkKind> Kinds => [SimulatedLinkKind.Stream, SimulatedLinkKind.Slots];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_connection_whose_portal_is_closed_goes_on_by_way_of_another_one_and_stays_on_its_context(SimulatedLinkKind kind)
    {
        using var world = Open(kind);
        List<AccelioContext?> ranOn = [];
        world.Handler = request =>
        {
            ranOn.Add(AccelioContext.Current);
            return request.RespondAsync(request.Payload);
        };
        var session = world.Connect();
        var events = EventsOf(session);
        world.Network.Run(() => AskAsync(session, 1));
        var portal = PortOf(session);

        world.StopListeningAt(portal);
        world.Faults.CutLinks("client", "server");

        Assert.Equal(Answer(2), world.Network.Run(() => AskAsync(session, 2)));
        Assert.Equal([1, 2], world.Ran);
        Assert.NotEqual(portal, PortOf(session));
        Assert.Same(ranOn[0], ranOn[1]);
        Assert.Equal([typeof(SessionReconnecting), typeof(SessionResumed)], events);
    }

    [Fact]
    public void From_the_cut_to_the_first_answer_by_way_of_another_portal_it_takes_eight_round_trips_and_a_millisecond()
    {
        using var world = Open();
        var session = world.Connect();
        world.Network.Run(() => AskAsync(session, 1));
        world.StopListeningAt(PortOf(session));

        world.Faults.CutLinks("client", "server");
        var began = world.Scheduler.Clock;
        Assert.Equal(Answer(2), world.Network.Run(() => AskAsync(session, 2)));

        // One until the own portal has refused; three until the other one has said where to; and from there on four: the link, its set-up, the resume, the request.
        var roundTrips = (world.Scheduler.Clock - began - TimeSpan.TicksPerMillisecond) / (2.0 * Latency.Ticks);
        Assert.InRange(roundTrips, 8, 8.1);
    }

    [Fact]
    public void Many_connections_find_their_contexts_again_through_the_one_portal_that_is_left()
    {
        using var world = Open();
        AccelioSession[] sessions = [.. Enumerable.Range(0, 12).Select(_ => world.Connect())];
        world.Network.Run(() => Task.WhenAll(sessions.Select(static (session, i) => AskAsync(session, (byte)i))));

        for (var i = 0; i < 3; i++)
        {
            world.StopListeningAt(FirstPortal + i);
        }

        world.Faults.CutLinks("client", "server");
        world.Network.Run(() => Task.WhenAll(sessions.Select(static (session, i) => AskAsync(session, (byte)(i + 12)))));

        Assert.Equal(Enumerable.Range(0, 24), world.Ran.Order());
        Assert.All(sessions, static session => Assert.Equal(1, PortOf(session)));
    }

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Connections_of_one_machine_that_come_back_to_a_shared_port_at_once_do_not_take_each_others_places(int contexts)
    {
        using var world = new ResumeWorld(contexts: contexts, latency: TimeSpan.Zero, configure: static options => options.SharesPort = true);
        AccelioContext[] clients = [.. Enumerable.Range(0, contexts).Select(_ => world.Network.CreateContext("client"))];
        AccelioSession[] sessions = [.. Enumerable.Range(0, 3).Select(_ => world.Connect(options => (options.Context, options.Contexts, options.OwnLink) = (null, clients, true)))];
        var resumed = sessions.Select(EventsOf).ToArray();

        world.Faults.CutLinks("client", "server");
        world.Advance(Second);

        Assert.All(resumed, events => Assert.Equal(contexts, events.Count(static what => what == typeof(SessionResumed))));
    }

    [Fact]
    public void Connections_of_one_machine_that_come_back_one_after_the_other_do_not_take_each_others_places_for_ever()
    {
        for (var later = 0.05; later < 2; later += 0.05)
        {
            using var world = new ResumeWorld(contexts: 3, latency: TimeSpan.FromMilliseconds(0.01), configure: static options => options.SharesPort = true);
            var other = world.Network.CreateContext("client");
            AccelioSession[] sessions = [world.Connect(), world.Connect(options => options.Context = other)];
            var resumed = sessions.Select(EventsOf).ToArray();

            KeepBusy(other, TimeSpan.FromMilliseconds(later));
            world.Faults.CutLinks("client", "server");
            world.Advance(Second);

            Assert.All(resumed, static events => Assert.Contains(typeof(SessionResumed), events));
        }
    }

    [Fact]
    public void A_connection_whose_own_context_has_no_time_is_told_by_another_one_to_wait()
    {
        using var world = Open(attempts: 3);
        var session = world.Connect();
        world.Network.Run(() => AskAsync(session, 1));
        var portal = PortOf(session);
        KeepBusy(world.Server.Portals[portal - FirstPortal].Context, Second * 30);
        world.StopListeningAt(portal);
        world.Faults.CutLinks("client", "server");
        var asked = AskAsync(session, 2);

        world.Advance(Second * 29);
        Assert.False(asked.IsCompleted);
        Assert.Equal(SessionState.Established, session.State);
        world.Advance(Second * 2);

        Assert.Equal(Answer(2), world.Network.Run(() => asked));
        Assert.Equal([1, 2], world.Ran);
    }

    [Fact]
    public void A_server_that_was_started_again_says_so_at_every_portal()
    {
        using var world = Open();
        var session = world.Connect();
        world.Network.Run(() => AskAsync(session, 1));
        var portal = PortOf(session);
        var events = EventsOf(session);
        world.StopListeningAt(portal);
        world.Faults.Crash("server").Restart("server");
        world.Advance(Latency * 3);

        Assert.Equal(Answer(2), world.Network.Run(() => AskAsync(session, 2)));
        Assert.Equal([2], world.Ran);
        Assert.Equal([typeof(SessionReconnecting), typeof(SessionFailedOver)], events);
    }

    private static ResumeWorld Open(SimulatedLinkKind kind = SimulatedLinkKind.Stream, int attempts = 1_000_000)
    {
        var world = new ResumeWorld(kind, contexts: 3, configure: static options => options.FirstPortalPort = FirstPortal);
        world.ConfigureClient = options => (options.Reconnect, options.RequestTimeout) = (new ReconnectPolicy(maxAttempts: attempts), Second * 100);
        return world;
    }

    private static int PortOf(AccelioSession session) => ServerCore.PortOf(session.RemoteEndPoint);
}
