using Xunit;

namespace Accelio.Reactive.Tests.VirtualTime;

/// <summary>A drain takes the time of the work that is under way, and no tick more.</summary>
public class DrainTimeTests
{
    [Theory]
    [InlineData(SimulatedLinkKind.Stream)]
    [InlineData(SimulatedLinkKind.Slots)]
    public void A_server_ends_at_the_instant_of_the_last_answer_however_long_that_takes(SimulatedLinkKind kind)
    {
        using var world = new World(kind, options => options.ResponseTimeout = Timeout.InfiniteTimeSpan);
        world.Server.Handle(async request =>
        {
            await Task.Delay(TimeSpan.FromHours(1), world.ServerContext.TimeProvider);
            await request.RespondAsync(request.Payload);
        });
        var session = world.Connect(options => options.RequestTimeout = Timeout.InfiniteTimeSpan);
        var asking = session.RequestAsync(new byte[3], answer => answer.PayloadLength).AsTask();
        world.Tick();

        var draining = world.Server.DrainAsync().AsTask();
        world.Tick();
        Assert.Equal(SessionState.Closing, session.State);
        world.Pass(TimeSpan.FromHours(1) - TimeSpan.FromTicks(2));
        Assert.False(draining.IsCompleted);
        world.Tick();

        Assert.Equal((SessionState.Closed, true), (session.State, draining.IsCompletedSuccessfully));
        Assert.Equal(3, world.Result(new ValueTask<int>(asking)));
    }

    [Theory]
    [InlineData(SimulatedLinkKind.Stream)]
    [InlineData(SimulatedLinkKind.Slots)]
    public void A_close_that_cuts_a_drain_short_takes_the_answer_that_the_drain_still_gets(SimulatedLinkKind kind)
    {
        using var world = new World(kind);
        var session = world.Connect();
        var ends = new List<AccelioSessionEvent>();
        session.Events.Subscribe(ends.Add);
        world.Tick();

        var draining = session.DrainAsync().AsTask();
        var closing = session.DisposeAsync().AsTask();
        world.Tick();

        Assert.True(draining.IsCompletedSuccessfully && closing.IsCompletedSuccessfully);
        Assert.Equal(new SessionClosed(CloseReason.ClosedLocally, AccelioStatus.SessionClosed, string.Empty), ends[^1]);
    }

    [Fact]
    public void A_session_looks_for_the_next_server_no_longer_than_ConnectTimeout_and_its_calls_wait_so_long()
    {
        using var world = new World();
        var first = world.Bind("sim://first:1");
        world.Silence("silent");
        world.Bind("sim://silent:1", options => options.SetupTimeout = TimeSpan.FromHours(1));
        world.Server.SessionRequests.Subscribe(request => request.Redirect(first.EndPoint, new Uri("sim://silent:1")));
        var session = world.Connect(options => options.ConnectTimeout = TimeSpan.FromSeconds(9));

        var draining = first.DrainAsync().AsTask();
        world.Tick();
        var asking = session.RequestAsync(new byte[1], answer => answer.PayloadLength).AsTask();
        world.Pass(TimeSpan.FromSeconds(8.9));
        Assert.False(asking.IsCompleted || draining.IsCompleted);
        world.Pass(TimeSpan.FromSeconds(0.2));

        Assert.IsType<ConnectionLostException>(asking.Exception?.InnerException);
        Assert.Equal((SessionState.Closed, true), (session.State, draining.IsCompletedSuccessfully));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_session_that_is_closed_while_it_looks_for_the_next_server_is_closed(bool abruptly)
    {
        using var world = new World();
        var first = world.Bind("sim://first:1");
        world.Silence("silent");
        world.Bind("sim://silent:1", options => options.SetupTimeout = TimeSpan.FromHours(1));
        world.Server.SessionRequests.Subscribe(request => request.Redirect(first.EndPoint, new Uri("sim://silent:1")));
        var session = world.Connect(options => options.OwnLink = abruptly);
        var draining = first.DrainAsync().AsTask();
        world.Tick();
        var asking = session.RequestAsync(new byte[1], answer => answer.PayloadLength).AsTask();
        world.Tick();

        if (abruptly)
        {
            session.Dispose();
        }
        else
        {
            _ = session.DisposeAsync();
        }

        world.Tick();
        Assert.IsType<ConnectionLostException>(asking.Exception?.InnerException);
        Assert.Equal((SessionState.Closed, true), (session.State, draining.IsCompletedSuccessfully));
    }

    [Fact]
    public void A_drain_without_work_takes_no_time_and_a_second_one_none_either()
    {
        using var world = new World();
        var session = world.Connect();

        var draining = session.DrainAsync().AsTask();
        world.Tick();
        Assert.True(draining.IsCompletedSuccessfully);
        Assert.Equal(SessionState.Closed, world.Accepted.State);
        Assert.True(session.DrainAsync().IsCompletedSuccessfully);
    }
}
