using Xunit;

namespace Accelio.Reactive.Tests.VirtualTime;

/// <summary>How long a client waits where it was sent, before it asks the next one.</summary>
public class RedirectTimeTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(9);

    [Fact]
    public void A_target_that_is_silent_has_its_share_of_ConnectTimeout_then_the_next_one_is_asked()
    {
        using var world = new World();
        var silent = BindSilent(world);
        var there = world.Bind("sim://there:1");
        world.Server.SessionRequests.Subscribe(request => request.Redirect(silent.EndPoint, new Uri("sim://silent:1/again"), there.EndPoint));

        var connecting = world.BeginConnect(options => options.ConnectTimeout = Limit);
        world.Pass(TimeSpan.FromSeconds(5.9));
        Assert.False(connecting.IsCompleted);
        world.Pass(TimeSpan.FromSeconds(0.2));

        Assert.True(connecting.IsCompletedSuccessfully);
    }

    [Fact]
    public void Without_a_ConnectTimeout_a_silent_target_has_SetupTimeout()
    {
        using var world = new World();
        var silent = BindSilent(world);
        var there = world.Bind("sim://there:1");
        world.Server.SessionRequests.Subscribe(request => request.Redirect(silent.EndPoint, there.EndPoint));

        var connecting = world.BeginConnect(options =>
        {
            options.ConnectTimeout = Timeout.InfiniteTimeSpan;
            options.SetupTimeout = TimeSpan.FromSeconds(20);
        });
        world.Pass(TimeSpan.FromSeconds(19.9));
        Assert.False(connecting.IsCompleted);
        world.Pass(TimeSpan.FromSeconds(0.2));

        Assert.True(connecting.IsCompletedSuccessfully);
    }

    [Fact]
    public void A_server_that_takes_its_time_to_accept_keeps_the_session_though_there_are_other_targets()
    {
        using var world = new World();
        var slow = world.Bind("sim://slow:1");
        var other = world.Bind("sim://other:1");
        SessionRequest? waiting = null;
        slow.SessionRequests.Subscribe(request => waiting = request);
        var elsewhere = 0;
        other.Sessions.Subscribe(_ => elsewhere++);
        world.Server.SessionRequests.Subscribe(request => request.Redirect(slow.EndPoint, other.EndPoint));

        var connecting = world.BeginConnect(options => options.ConnectTimeout = Limit);
        world.Pass(TimeSpan.FromSeconds(8));
        waiting!.Accept();
        world.Tick();
        world.Tick();

        Assert.True(connecting.IsCompletedSuccessfully);
        Assert.Equal(0, elsewhere);
    }

    [Fact]
    public void A_server_that_does_not_answer_the_session_shows_in_the_exception()
    {
        using var world = new World();
        world.Server.SessionRequests.Subscribe(_ => { });

        var connecting = world.BeginConnect(options => options.ConnectTimeout = TimeSpan.FromSeconds(3));
        world.Pass(TimeSpan.FromSeconds(4));

        var failure = Assert.IsType<AccelioTimeoutException>(connecting.Exception?.InnerException);
        Assert.Equal(SessionState.Connecting, failure.Snapshot?.State);
    }

    [Fact]
    public void Redirects_and_all_tries_together_end_with_ConnectTimeout()
    {
        using var world = new World();
        var silent = BindSilent(world);
        world.Server.SessionRequests.Subscribe(request => request.Redirect(silent.EndPoint));

        var connecting = world.BeginConnect(options => options.ConnectTimeout = Limit);
        world.Pass(Limit);
        Assert.False(connecting.IsCompleted);
        world.Tick();

        var failure = Assert.IsType<AccelioTimeoutException>(connecting.Exception?.InnerException);
        Assert.Contains("sim://silent:1", failure.Message, StringComparison.Ordinal);
    }

    private static AccelioServer BindSilent(World world)
    {
        world.Silence("silent");
        return world.Bind("sim://silent:1", options => options.SetupTimeout = TimeSpan.FromHours(1));
    }
}
