using Xunit;

namespace Accelio.Reactive.Tests.VirtualTime;

/// <summary>The time of a request at its peer, to the tick.</summary>
public class DeadlineTimeTests
{
    [Theory]
    [InlineData(SimulatedLinkKind.Stream)]
    [InlineData(SimulatedLinkKind.Slots)]
    public void What_is_left_travels_and_the_end_is_the_requesters_own_time_out_however_the_clocks_meet(SimulatedLinkKind kind)
    {
        using var world = new World(kind);
        TimeSpan? remaining = null;
        long? canceledAt = null;
        world.Server.Handle(request =>
        {
            remaining = request.Remaining;
            request.Canceled.Register(() => canceledAt = world.Scheduler.Clock);
            return new ValueTask(new TaskCompletionSource().Task);
        });
        var session = world.Connect();
        var begin = world.Scheduler.Clock;

        var request = session.RequestAsync(new OutboundMessage(new byte[1]) { Timeout = TimeSpan.FromSeconds(7) }, _ => 0).AsTask();
        world.Pass(TimeSpan.FromSeconds(7));
        Assert.Equal((TimeSpan.FromSeconds(7), null), (remaining, canceledAt));
        Assert.False(request.IsCompleted);
        world.Tick();

        Assert.IsType<AccelioTimeoutException>(request.Exception?.InnerException);
        Assert.Equal(begin + TimeSpan.FromSeconds(7).Ticks + 1, canceledAt);
    }

    [Fact]
    public void A_request_is_not_begun_in_the_time_that_another_handler_took_from_it()
    {
        using var world = new World(server: options => options.MaxConcurrentHandlers = 1);
        var begun = 0;
        world.Server.Handle(async request =>
        {
            begun++;
            await Task.Delay(TimeSpan.FromSeconds(10), world.ServerContext.TimeProvider);
            await request.RespondAsync(request.Payload);
        });
        var session = world.Connect();

        var first = session.RequestAsync(new byte[1], answer => answer.PayloadLength).AsTask();
        var second = session.RequestAsync(new OutboundMessage(new byte[1]) { Timeout = TimeSpan.FromSeconds(5) }, _ => 0).AsTask();
        var third = session.RequestAsync(new byte[3], answer => answer.PayloadLength).AsTask();
        world.Pass(TimeSpan.FromSeconds(21));

        Assert.Equal((1, 3, 2), (world.Result(new ValueTask<int>(first)), world.Result(new ValueTask<int>(third)), begun));
        Assert.IsType<AccelioTimeoutException>(second.Exception?.InnerException);
    }
}
