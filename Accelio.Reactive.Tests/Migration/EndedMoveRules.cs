using Xunit;
using static Accelio.Reactive.Tests.Migration.MigrationWorld;

namespace Accelio.Reactive.Tests.Migration;

/// <summary>A server breaks a session off in the moment in which the other server has taken it: its end is the last that is told of it, also to those who ask later.</summary>
public class EndedMoveRules
{
    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Nothing_is_told_of_a_session_behind_its_end(int contexts)
    {
        using var world = new MigrationWorld(oldContexts: contexts, newContexts: contexts);
        _ = contexts == 1 ? world.Connect() : world.ConnectWide();
        var here = Assert.Single(world.Sessions["old"]);
        var events = EventsOf(here);

        world.Network.Run(() => here.HomeContext.RunAsync(_ =>
        {
            // What moves it has not heard yet that it has ended: its connections tell so, later, on their contexts.
            here.Dispose();
            ((IMovableSession)here).Leave("sim://new:1", isNewSession: false);
            return default(ValueTask<bool>);
        }).AsTask());
        world.Advance(Second);
        var toldLater = EventsOf(here);
        world.Advance(Second);

        Assert.IsType<SessionClosed>(events[^1]);
        Assert.IsType<SessionClosed>(Assert.Single(toldLater));
    }
}
