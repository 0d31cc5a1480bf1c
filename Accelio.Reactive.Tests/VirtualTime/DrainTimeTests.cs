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
