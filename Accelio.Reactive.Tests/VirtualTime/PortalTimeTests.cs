using Accelio.Reactive.Tests.Resume;
using Xunit;

namespace Accelio.Reactive.Tests.VirtualTime;

/// <summary>Servers and sessions over several contexts of one scheduler.</summary>
public class PortalTimeTests
{
    [Theory]
    [InlineData(SimulatedLinkKind.Stream)]
    [InlineData(SimulatedLinkKind.Slots)]
    public void A_session_over_several_contexts_opens_answers_and_closes_without_time_passing(SimulatedLinkKind kind)
    {
        using var world = new World(kind);
        var server = Bind(world);
        server.Handle(request => request.RespondAsync(request.Payload));
        var began = world.Scheduler.Clock;

        var session = world.Result(AccelioSession.ConnectAsync(
            new Uri("sim://wide:1"), new AccelioSessionOptions { Contexts = [world.ClientContext, world.NewContext("client-1")] }));
        Assert.Equal(2, session.Connections.Count);
        Assert.Equal(4, world.Result(session.RequestAsync(new byte[4], answer => answer.PayloadLength)));
        var closing = session.DisposeAsync().AsTask();
        world.Tick();

        Assert.True(closing.IsCompletedSuccessfully);
        Assert.True(world.Scheduler.Clock - began < TimeSpan.TicksPerMillisecond, $"{world.Scheduler.Clock - began} ticks");
    }

    [Fact]
    public void A_session_whose_client_brings_no_connection_ends_when_SetupTimeout_is_over()
    {
        using var world = new World();
        var server = Bind(world, options => (options.SetupTimeout, options.AdvertisedHost) = (TimeSpan.FromMinutes(3), "nowhere"));
        AccelioSession? accepted = null;
        server.SessionRequests.Subscribe(request => accepted = request.Accept());

        var connecting = AccelioSession.ConnectAsync(new Uri("sim://wide:1"), new AccelioSessionOptions { Context = world.ClientContext }).AsTask();
        world.Tick();
        Assert.True(connecting.IsFaulted);
        world.Pass(TimeSpan.FromMinutes(3) - TimeSpan.FromSeconds(1));
        Assert.Equal(SessionState.Connecting, accepted!.State);
        world.Pass(TimeSpan.FromSeconds(1));

        Assert.Equal(SessionState.Closed, accepted.State);
    }

    [Fact]
    public void A_portal_that_answers_when_the_client_has_gone_to_the_next_one_keeps_no_connection()
    {
        using var world = new World();
        var server = Bind(world);
        var sessions = new List<AccelioSession>();
        server.SessionRequests.Subscribe(request => sessions.Add(request.Accept(new AcceptOptions { Portals = [server.Portals[1], server.Portals[0]] })));

        // The first session and the third are to have their connections on one link, which says nothing for so long.
        Assert.All([Connect(world), Connect(world)], static session => Assert.Equal(SessionState.Established, session.State));
        ResumeWorld.KeepBusy(server.Portals[1].Context, TimeSpan.FromSeconds(8));
        var connecting = AccelioSession.ConnectAsync(new Uri("sim://wide:1"), new AccelioSessionOptions { Context = world.ClientContext }).AsTask();
        world.Pass(TimeSpan.FromSeconds(20));

        Assert.True(connecting.IsCompletedSuccessfully);
        Assert.Equal([server.Portals[1].Context, server.Portals[0].Context, server.Portals[0].Context], sessions.Select(static session => Assert.Single(session.Connections).Context));
    }

    [Fact]
    public void A_portal_that_answers_at_any_moment_while_the_client_goes_to_the_next_one_does_not_end_the_session()
    {
        for (var moment = -20; moment <= 40; moment += 2)
        {
            using var world = new ResumeWorld(contexts: 2);
            var (first, next) = (world.Server.Portals[1], world.Server.Portals[0]);
            using var accepting = world.Server.SessionRequests.Subscribe(request => request.Accept(new AcceptOptions { Portals = [first, next] }));

            // A link to the first portal for the third session, and none to the other one. Each portal has a third of ConnectTimeout, and the first one twice: its link may be about to end.
            world.Connect();
            world.Connect(static options => options.OwnLink = true);
            ResumeWorld.KeepBusy(first.Context, (TimeSpan.FromSeconds(10) * 2 / 3) + TimeSpan.FromMilliseconds(moment));
            var session = world.Connect();
            world.Advance(ResumeWorld.Second * 10);

            Assert.Equal(ResumeWorld.Answer(1), world.Network.Run(() => ResumeWorld.AskAsync(session, 1)));
            Assert.Single(world.Sessions[2].Connections);
        }
    }

    private static AccelioSession Connect(World world) =>
        world.Result(AccelioSession.ConnectAsync(new Uri("sim://wide:1"), new AccelioSessionOptions { Context = world.ClientContext }));

    private static AccelioServer Bind(World world, Action<AccelioServerOptions>? configure = null) => world.Bind("sim://wide:1", options =>
    {
        (options.Context, options.Contexts) = (null, [world.NewContext("server-0"), world.NewContext("server-1")]);
        configure?.Invoke(options);
    });
}
