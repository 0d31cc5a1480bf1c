using System.Reactive.Linq;
using Xunit;
using static Accelio.Reactive.Tests.Migration.MigrationWorld;

namespace Accelio.Reactive.Tests.Migration;

/// <summary>A server moves connections from one of its portals to another while they work: the session stays the same, and nothing is refused, lost, executed twice, or out of order.</summary>
public class PortalMoveRules
{
    private const int Pushed = 60;

    public static TheoryData<SimulatedLinkKind, bool> Kinds => new() { { SimulatedLinkKind.Stream, false }, { SimulatedLinkKind.Slots, false }, { SimulatedLinkKind.Stream, true } };

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Connections_go_to_another_context_while_they_work(SimulatedLinkKind kind, bool sharesPort)
    {
        using var world = new MigrationWorld(kind, configure: (host, options) => options.SharesPort = sharesPort && host == "old", oldContexts: 3);
        var session = world.ConnectWide();
        var accepted = Assert.Single(world.Sessions["old"]);
        var (events, serverEvents) = (EventsOf(session), EventsOf(accepted));
        var portal = world.Old.Portals[2];

        var (asked, moving) = WideMoveRules.AskWhileMoving(world, session, () => MoveAsync(world, static _ => true, portal));

        Assert.Same(accepted, Assert.Single(world.Network.Run(() => moving).Sessions).Session);
        world.Advance(Second);
        Assert.All(asked, (task, i) => Assert.Equal(Answer((byte)i), task.Result));
        WideMoveRules.AssertOncePerRequestAndInOrderPerKey(world);
        Assert.Equal(3, accepted.Connections.Count);
        Assert.All(accepted.Connections, connection => Assert.Same(portal.Context, connection.Context));
        Assert.Equal(2, events.Count);
        Assert.All(events, static what => Assert.False(Assert.IsType<SessionMigrated>(what).IsNewSession));
        Assert.IsType<SessionMigrated>(Assert.Single(serverEvents, static what => what is not SessionResumed));
        Assert.Equal(SessionState.Established, accepted.State);
        Assert.True(world.Network.Run(() => MoveAsync(world, static _ => true, portal)).IsComplete);
        Assert.Empty(world.Network.Run(() => MoveAsync(world, static _ => true, portal)).Sessions);
    }

    [Fact]
    public void What_waits_to_be_sent_to_the_client_goes_along_in_order()
    {
        using var world = new MigrationWorld(oldContexts: 2);
        var session = world.Connect();
        var accepted = Assert.Single(world.Sessions["old"]);
        var portal = world.Old.Portals.First(other => other.Context != accepted.Connections[0].Context);
        List<int> arrived = [];
        session.Messages.Read(static message => (int)message.Payload.FirstSpan[0]).Subscribe(arrived.Add);

        var pushing = accepted.HomeContext.RunAsync(async stopping =>
        {
            for (byte i = 0; i < Pushed; i++)
            {
                _ = accepted.SendAsync(new[] { i }).AsTask();
                await Task.Delay(TimeSpan.FromMilliseconds(1), world.Network.TimeProvider, stopping);
            }
        }).AsTask();
        world.Advance(TimeSpan.FromMilliseconds(10));
        var report = world.Network.Run(() => MoveAsync(world, static _ => true, portal));
        world.Network.Run(() => pushing);
        world.Advance(Second);

        Assert.True(report.IsComplete);
        Assert.Equal(Enumerable.Range(0, Pushed), arrived);
        Assert.Same(portal.Context, accepted.Connections[0].Context);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)] // as those of devices do: a client that has not heard where its connection is has to be told at its old portal
    public void A_link_that_is_cut_at_any_moment_costs_no_request(bool linksStay)
    {
        var moved = 0;
        for (var moment = 0; moment < 45; moment++)
        {
            using var world = new MigrationWorld(linksStay || moment % 2 != 0 ? SimulatedLinkKind.Slots : SimulatedLinkKind.Stream, oldContexts: 2, linksStay: linksStay);
            var session = world.ConnectWide();
            var moving = MoveAsync(world, static _ => true, world.Old.Portals[moment % 2]);
            List<Task<int>> asked = [];
            for (byte i = 0; i < 50; i++)
            {
                asked.Add(AskAsync(session, i));
                world.Advance(TimeSpan.FromMilliseconds(1));
                if (i == moment)
                {
                    world.Faults.CutLinks("client", "old");
                }
            }

            world.Advance(5 * Second);

            Assert.All(asked, (task, i) => Assert.Equal(Answer((byte)i), task.Result));
            Assert.Equal(Enumerable.Range(0, 50), world.Ran["old"].Order());
            Assert.All(world.Ran["old"].GroupBy(KeyOf), static sameKey => Assert.Equal(sameKey.Order(), sameKey));
            Assert.Equal(3, Assert.Single(world.Sessions["old"]).Connections.Count);
            moved += world.Network.Run(() => moving).Left;
        }

        Assert.InRange(moved, 1, 44);
    }

    [Theory]
    [InlineData(SimulatedLinkKind.Stream)]
    [InlineData(SimulatedLinkKind.Slots)]
    public void A_client_that_comes_back_to_a_third_context_while_its_connection_leaves_finds_it_at_the_other(SimulatedLinkKind kind)
    {
        for (var moment = 0; moment < 100; moment++)
        {
            // The contexts hear from each other late: a question for the connection is under way when it leaves.
            using var world = new MigrationWorld(kind, moment, static (host, options) => options.SharesPort = host == "old", oldContexts: 3, contextDelay: 6 * Latency);
            AccelioSession[] sessions = [.. Enumerable.Range(0, 4).Select(_ => world.ConnectWide(static options => options.OwnLink = true))];
            List<AccelioSessionEvent>[] told = [.. sessions.Select(EventsOf)];

            _ = MoveAsync(world, static _ => true, world.Old.Portals[moment % 3]);
            world.Advance(TimeSpan.FromMilliseconds(40 + moment));
            world.Faults.CutLinks("client", "old");
            world.Advance(5 * Second);

            // No other session was begun, and each has its connections.
            Assert.Equal(4, world.Sessions["old"].Count);
            Assert.All(world.Sessions["old"], static accepted => Assert.Equal((SessionState.Established, 3), (accepted.State, accepted.Connections.Count)));
            Assert.All(told, static events => Assert.Empty(events.OfType<SessionFailedOver>()));
        }
    }

    [Fact]
    public void A_connection_that_has_moved_moves_on_to_another_portal_and_to_another_server()
    {
        using var world = new MigrationWorld(oldContexts: 3);
        var session = world.ConnectWide();
        for (byte i = 0; i < 6; i++)
        {
            Assert.True(world.Network.Run(() => MoveAsync(world, static _ => true, world.Old.Portals[i % 3])).IsComplete);
            Assert.Equal(Answer(i), world.Network.Run(() => AskAsync(session, i)));
        }

        Assert.True(world.Network.Run(() => world.MoveAsync()).IsComplete);
        Assert.Equal(Answer(6), world.Network.Run(() => AskAsync(session, 6)));
        Assert.Equal([6], world.Ran["new"]);
        Assert.True(world.Network.Run(() => world.MoveBackAsync()).IsComplete);
        Assert.Equal(Answer(7), world.Network.Run(() => AskAsync(session, 7)));
    }

    [Fact]
    public void Connections_that_are_not_chosen_stay_and_portals_of_others_are_no_place()
    {
        using var world = new MigrationWorld(oldContexts: 2);
        world.ConnectWide();
        var accepted = Assert.Single(world.Sessions["old"]);
        AccelioContext[] before = [.. accepted.Connections.Select(static connection => connection.Context)];

        Assert.Empty(world.Network.Run(() => MoveAsync(world, static _ => false, world.Old.Portals[0])).Sessions);

        Assert.Equal(before, accepted.Connections.Select(static connection => connection.Context));
        Assert.Equal("portal", Assert.Throws<ArgumentException>(() => _ = world.Old.MigrateAsync((AccelioConnection _) => true, world.New.Portals[0])).ParamName);
        Assert.Equal("portal", Assert.Throws<ArgumentException>(() => _ = world.New.MigrateAsync((AccelioConnection _) => true, world.Old.Portals[0])).ParamName);
        Assert.Empty(world.Network.Run(() => world.New.HomeContext.RunAsync(_ => world.New.MigrateAsync((AccelioConnection _) => true, world.New.Portals[0])).AsTask()).Sessions);
    }

    private static Task<MigrationReport> MoveAsync(MigrationWorld world, Func<AccelioConnection, bool> connections, AccelioPortal portal) =>
        world.Old.HomeContext.RunAsync(_ => world.Old.MigrateAsync(connections, portal)).AsTask();
}
