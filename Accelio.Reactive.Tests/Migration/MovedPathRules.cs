using System.Net;
using Xunit;
using static Accelio.Reactive.Tests.Migration.MigrationWorld;

namespace Accelio.Reactive.Tests.Migration;

/// <summary>A session with several paths goes on over each of them to the server that it was moved to.</summary>
public class MovedPathRules
{
    private static readonly IPAddress[] Addresses = [IPAddress.Parse("10.0.0.1"), IPAddress.Parse("10.0.0.2")];

    [Theory]
    [InlineData(PathMode.ActiveStandby)]
    [InlineData(PathMode.ActiveActive)]
    public void When_a_path_is_lost_after_the_move_the_session_goes_on_over_the_other_one_where_it_is(PathMode mode)
    {
        using var world = new MigrationWorld();
        foreach (var address in Addresses)
        {
            world.Network.Host("client").AddAddress(address);
        }

        var session = world.Connect(options => (options.PathMode, options.Paths) = (mode, [.. Addresses.Select(static address => new SessionPath(address))]));
        Assert.True(world.Network.Run(() => world.MoveAsync()).IsComplete);
        world.Advance(Second);
        var asked = AskAsync(session, 1);
        world.Advance(Latency + (Latency / 2));
        var events = EventsOf(session);

        world.Faults.Partition($"{Addresses[0]}", "new").CutLinks($"{Addresses[0]}", "new");

        Assert.Equal(Answer(1), world.Network.Run(() => asked));
        Assert.Equal(Answer(2), world.Network.Run(() => AskAsync(session, 2)));
        world.Advance(Second);
        Assert.Equal([1, 2], world.Ran["new"]);
        Assert.Empty(world.Ran["old"]);
        Assert.Equal([typeof(SessionMigrated), typeof(SessionReconnecting), typeof(SessionResumed)], events.Select(static what => what.GetType()));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void When_its_new_server_cannot_be_reached_any_more_it_begins_anew_where_it_was_opened(bool isWide)
    {
        using var world = new MigrationWorld(oldContexts: isWide ? 3 : 1, newContexts: isWide ? 3 : 1);
        Action<AccelioSessionOptions> configure = static options => options.Reconnect = new ReconnectPolicy(maxTime: Second * 5);
        var session = isWide ? world.ConnectWide(configure) : world.Connect(configure);
        Assert.True(world.Network.Run(() => world.MoveAsync()).IsComplete);
        world.Advance(Second);

        world.Faults.Crash("new");
        world.Advance(Latency * 2);
        var asked = AskAsync(session, 1);
        world.Advance(Second * 20);

        Assert.Equal(Answer(1), world.Network.Run(() => asked));
        Assert.Equal([1], world.Ran["old"]);
    }
}
