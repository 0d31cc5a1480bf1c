using Xunit;
using static Accelio.Reactive.Tests.Migration.MigrationWorld;

namespace Accelio.Reactive.Tests.Migration;

/// <summary>Servers over several contexts, clients with several connections: a session moves with all of them, and for each the same holds as for one.</summary>
public class WideMoveRules
{
    private const int Requests = 90;

    /// <summary>Contexts of the old server and of the new one.</summary>
    public static TheoryData<SimulatedLinkKind, int, int> Servers => new()
    {
        { SimulatedLinkKind.Stream, 1, 1 }, { SimulatedLinkKind.Stream, 2, 1 }, { SimulatedLinkKind.Stream, 1, 3 }, { SimulatedLinkKind.Stream, 3, 2 },
        { SimulatedLinkKind.Slots, 2, 3 }, { SimulatedLinkKind.Slots, 3, 1 },
    };

    [Theory]
    [MemberData(nameof(Servers))]
    public void All_connections_go_to_the_other_server_while_they_work(SimulatedLinkKind kind, int oldContexts, int newContexts)
    {
        using var world = new MigrationWorld(kind, oldContexts: oldContexts, newContexts: newContexts);
        var session = world.ConnectWide();
        var events = EventsOf(session);
        var oldEvents = EventsOf(Assert.Single(world.Sessions["old"]));

        var (asked, moving) = AskWhileMoving(world, session);

        Assert.True(world.Network.Run(() => moving).IsComplete);
        world.Advance(Second);
        Assert.All(asked, (task, i) => Assert.Equal(Answer((byte)i), task.Result));
        AssertOncePerRequestAndInOrderPerKey(world);
        Assert.NotEmpty(world.Ran["new"]);
        Assert.Equal(3, session.Connections.Count);
        Assert.All(events, static what => Assert.False(Assert.IsType<SessionMigrated>(what).IsNewSession));
        Assert.Equal(3, events.Count);
        Assert.Equal(new SessionMigrated("sim://new:1", false), oldEvents[0]);
        Assert.Equal(AccelioStatus.SessionRedirected, Assert.IsType<SessionClosed>(oldEvents[^1]).Status);
        Assert.DoesNotContain(oldEvents, static what => what is ConnectionEnded);
        var taken = Assert.Single(world.Sessions["new"]);
        Assert.Equal((session.Uri, 3), (taken.Uri, taken.Connections.Count));
        Assert.Equal(Math.Min(3, newContexts), taken.Connections.Select(static connection => connection.Context).Distinct().Count());
    }

    [Theory]
    [MemberData(nameof(Servers))]
    public void A_session_with_one_connection_goes_to_a_server_over_several_contexts_and_back(SimulatedLinkKind kind, int oldContexts, int newContexts)
    {
        using var world = new MigrationWorld(kind, oldContexts: oldContexts, newContexts: newContexts);
        var session = world.Connect();

        for (byte round = 0; round < 6; round += 2)
        {
            Assert.True(world.Network.Run(() => world.MoveAsync()).IsComplete);
            Assert.Equal(Answer(round), world.Network.Run(() => AskAsync(session, round)));
            Assert.True(world.Network.Run(() => world.MoveBackAsync()).IsComplete);
            Assert.Equal(Answer(++round), world.Network.Run(() => AskAsync(session, round)));
            round--;
        }

        Assert.Equal([0, 2, 4], world.Ran["new"]);
        Assert.Equal([1, 3, 5], world.Ran["old"]);
    }

    [Fact]
    public void Behind_a_port_that_contexts_share_each_connection_finds_its_own()
    {
        using var world = new MigrationWorld(configure: static (_, options) => options.SharesPort = options.Contexts.Count > 1, newContexts: 3);
        var session = world.ConnectWide();

        var (asked, moving) = AskWhileMoving(world, session);

        Assert.True(world.Network.Run(() => moving).IsComplete);
        world.Advance(Second);
        Assert.All(asked, (task, i) => Assert.Equal(Answer((byte)i), task.Result));
        AssertOncePerRequestAndInOrderPerKey(world);
        Assert.Equal(3, Assert.Single(world.Sessions["new"]).Connections.Select(static connection => connection.Context).Distinct().Count());
    }

    [Theory]
    [MemberData(nameof(Servers))]
    public void Without_a_hand_over_all_connections_begin_anew_in_one_session_at_the_other_server(SimulatedLinkKind kind, int oldContexts, int newContexts)
    {
        using var world = new MigrationWorld(kind, configure: static (_, options) => (options.HandOver, options.MigrationKey) = (null, default), oldContexts: oldContexts, newContexts: newContexts);
        var session = world.ConnectWide();
        var events = EventsOf(session);

        var (asked, moving) = AskWhileMoving(world, session);

        Assert.Equal(MigrationOutcome.BegunAnew, Assert.Single(world.Network.Run(() => moving).Sessions).Outcome);
        world.Advance(Second);
        Assert.All(asked, (task, i) => Assert.Equal(Answer((byte)i), task.Result));
        AssertOncePerRequestAndInOrderPerKey(world);
        Assert.Equal((SessionState.Established, 3), (session.State, session.Connections.Count));
        Assert.Equal([new SessionMigrated("sim://new:1", true)], events);
        Assert.Equal(3, Assert.Single(world.Sessions["new"]).Connections.Count);
        Assert.Equal(SessionState.Closed, Assert.Single(world.Sessions["old"]).State);
    }

    [Fact]
    public void A_client_that_adds_a_connection_meanwhile_keeps_its_session_where_it_is()
    {
        using var world = new MigrationWorld();
        var far = world.Network.CreateContext("far");
        world.Faults.SetConditions("far", "old", new SimulatedConditions { Latency = Second });
        var connecting = world.BeginConnectWide(options => options.Contexts = [world.Client, far]);
        world.Advance(Latency * 10);
        var asked = world.Old.HomeContext.RunAsync(_ => new ValueTask<int>(AskAsync(Assert.Single(world.Sessions["old"]), 9))).AsTask();

        var report = world.Network.Run(() => world.MoveAsync());
        var session = world.Network.Run(() => connecting);

        var stayed = Assert.Single(report.Sessions);
        Assert.Equal((MigrationOutcome.Stayed, "its client adds a connection"), (stayed.Outcome, stayed.Detail));
        Assert.Equal(2, session.Connections.Count);
        Assert.Throws<RequestFailedException>(() => world.Network.Run(() => asked));
        Assert.Equal(Answer(1), world.Network.Run(() => AskAsync(session, 1)));
        Assert.True(world.Network.Run(() => world.MoveAsync()).IsComplete);
        Assert.Equal(Answer(2), world.Network.Run(() => AskAsync(session, 2)));
        Assert.Equal([2], world.Ran["new"]);
    }

    [Fact]
    public void Only_the_sessions_that_are_chosen_move()
    {
        using var world = new MigrationWorld(oldContexts: 2);
        AccelioSession[] sessions = [world.ConnectWide(), world.ConnectWide(), world.Connect()];
        var chosen = world.Sessions["old"][1];

        var report = world.Network.Run(() => world.Old.HomeContext.RunAsync(_ => world.Old.MigrateAsync(chosen, Target)).AsTask());

        Assert.Same(chosen, Assert.Single(report.Sessions).Session);
        for (byte i = 0; i < sessions.Length; i++)
        {
            Assert.Equal(Answer(i), world.Network.Run(() => AskAsync(sessions[i], i)));
        }

        Assert.Equal([1], world.Ran["new"]);
        Assert.Equal("session", Assert.Throws<ArgumentException>(() => _ = world.Old.MigrateAsync(sessions[0], Target)).ParamName);
    }

    [Fact]
    public void A_server_without_room_for_one_of_the_connections_takes_none_of_them()
    {
        using var world = new MigrationWorld(configure: static (_, options) => options.MaxSuspendedConnections = 1, newContexts: 2);
        var session = world.ConnectWide();

        for (byte i = 0; i < 3; i++)
        {
            var stayed = Assert.Single(world.Network.Run(() => world.MoveAsync()).Sessions);
            Assert.Contains("MaxSuspendedConnections is 1", stayed.Detail, StringComparison.Ordinal);
            Assert.Equal(Answer(i), world.Network.Run(() => AskAsync(session, i)));
        }

        Assert.Equal([0, 1, 2], world.Ran["old"]);
        Assert.DoesNotContain(world.Sessions["new"], static taken => taken.State == SessionState.Established);
    }

    internal static (List<Task<int>> Asked, Task<MigrationReport> Moving) AskWhileMoving(MigrationWorld world, AccelioSession session, Func<Task<MigrationReport>>? move = null)
    {
        List<Task<int>> asked = [];
        Task<MigrationReport>? moving = null;
        for (byte i = 0; i < Requests; i++)
        {
            asked.Add(AskAsync(session, i));
            moving ??= i == Requests / 3 ? (move ?? (() => world.MoveAsync()))() : null;
            world.Advance(TimeSpan.FromMilliseconds(1));
        }

        return (asked, moving!);
    }

    internal static void AssertOncePerRequestAndInOrderPerKey(MigrationWorld world)
    {
        Assert.Equal(Enumerable.Range(0, Requests), world.RanAnywhere.Order());
        Assert.All(world.RanAnywhere.GroupBy(KeyOf), static sameKey => Assert.Equal(sameKey.Order(), sameKey));
    }
}
