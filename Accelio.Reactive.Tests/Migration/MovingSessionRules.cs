using Accelio.Reactive.Tests.Resume;
using Xunit;
using static Accelio.Reactive.Tests.Migration.MigrationWorld;

namespace Accelio.Reactive.Tests.Migration;

/// <summary>A server moves a session to another one while it works: nothing is refused, lost, executed twice, or out of order.</summary>
public class MovingSessionRules
{
    public static TheoryData<SimulatedLinkKind> Kinds => [SimulatedLinkKind.Stream, SimulatedLinkKind.Slots];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_session_at_rest_goes_on_at_the_other_server_and_both_sides_are_told(SimulatedLinkKind kind)
    {
        using var world = new MigrationWorld(kind);
        var session = world.Connect();
        Assert.Equal(Answer(1), world.Network.Run(() => AskAsync(session, 1)));
        var (events, oldEvents) = (EventsOf(session), EventsOf(world.Sessions["old"][0]));

        var report = world.Network.Run(() => world.MoveAsync());
        var answer = world.Network.Run(() => AskAsync(session, 2));

        var moved = Assert.Single(report.Sessions);
        Assert.Equal((MigrationOutcome.Migrated, string.Empty), (moved.Outcome, moved.Detail));
        Assert.True(report.IsComplete);
        Assert.Equal(Answer(2), answer);
        Assert.Equal([1], world.Ran["old"]);
        Assert.Equal([2], world.Ran["new"]);
        Assert.Equal([new SessionMigrated("sim://new:1", false)], events);
        Assert.Equal(new SessionMigrated("sim://new:1", false), oldEvents[0]);
        Assert.Equal(AccelioStatus.SessionRedirected, Assert.IsType<SessionClosed>(oldEvents[^1]).Status);
        Assert.Equal(session.Uri, Assert.Single(world.Sessions["new"]).Uri);
        Assert.Equal(SessionState.Established, session.State);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Messages_under_way_and_messages_that_come_meanwhile_arrive_once_and_in_order(SimulatedLinkKind kind)
    {
        using var world = new MigrationWorld(kind);
        var session = world.Connect();
        world.Network.Run(() => AskAsync(session, 0));

        // A request and a one-way message each millisecond, some of them long, and the move in the middle of them.
        List<Task<int>> asked = [];
        Task<MigrationReport>? moving = null;
        world.Network.Run(async () =>
        {
            await world.Client.SwitchTo();
            for (byte i = 1; i <= 100; i++)
            {
                asked.Add(AskAsync(session, i, i % 10 == 0 ? 30_000 : 10));
                await session.SendAsync(new byte[] { i });
                await Task.Delay(TimeSpan.FromMilliseconds(1), world.Network.TimeProvider);
                if (i == 40)
                {
                    moving = world.MoveAsync();
                }
            }

            await Task.WhenAll(asked);
        });

        Assert.True(world.Network.Run(() => moving!).IsComplete);
        world.Advance(Second);
        Assert.Equal(Enumerable.Range(1, 100).Select(static i => Answer((byte)i, i % 10 == 0 ? 30_000 : 10)), asked.Select(static task => task.Result));
        Assert.Equal(Enumerable.Range(0, 101), world.RanAnywhere);
        Assert.Equal(Enumerable.Range(1, 100), world.Arrived);
        Assert.NotEmpty(world.Ran["new"]);
        Assert.True(world.Ran["old"].Count > 40, $"{world.Ran["old"].Count} ran at the old server");
    }
}
