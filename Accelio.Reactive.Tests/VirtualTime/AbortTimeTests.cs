using Xunit;

namespace Accelio.Reactive.Tests.VirtualTime;

/// <summary>Giving up takes no time where the peer's handlers stop, and no more than AbortTimeout where they do not.</summary>
public class AbortTimeTests
{
    [Theory]
    [InlineData(SimulatedLinkKind.Stream)]
    [InlineData(SimulatedLinkKind.Slots)]
    public void Handlers_that_stop_are_reported_at_the_same_instant(SimulatedLinkKind kind)
    {
        using var world = new World(kind);
        world.Server.Handle(request =>
        {
            // Not by a delay, which ends on the thread pool when its token fires.
            var stopped = new TaskCompletionSource();
            request.Canceled.Register(stopped.SetCanceled);
            return new ValueTask(stopped.Task);
        });
        var session = world.Connect();
        var request = session.RequestAsync(new byte[1], out var id).AsTask();
        world.Tick();

        var report = world.Result(session.AbortAsync(id));

        Assert.Equal([new AbortRun(id, AbortOutcome.CanceledWhileRunning)], report.Runs);
        Assert.True(request.IsCanceled);
    }

    [Fact]
    public void A_handler_that_does_not_decide_holds_the_report_up_until_AbortTimeout()
    {
        using var world = new World();
        world.Server.Handle(_ => new ValueTask(new TaskCompletionSource().Task));
        var session = world.Connect(options => options.AbortTimeout = TimeSpan.FromSeconds(3));
        var batch = session.BeginBatch();
        var request = batch.RequestAsync(new byte[1], out var id).AsTask();
        world.Tick();

        var first = batch.AbortAsync().AsTask();
        world.Tick();
        Assert.True(request.IsCanceled);
        var second = batch.AbortAsync().AsTask();
        world.Pass(TimeSpan.FromSeconds(3) - TimeSpan.FromTicks(1));
        Assert.False(first.IsCompleted);
        Assert.False(second.IsCompleted);
        world.Tick();

        Assert.Equal([new AbortRun(id, AbortOutcome.Requested)], world.Result(new ValueTask<AbortReport>(first)).Runs);
        Assert.Same(world.Result(new ValueTask<AbortReport>(first)), world.Result(new ValueTask<AbortReport>(second)));
    }

    [Fact]
    public void A_session_that_ends_first_ends_the_report()
    {
        using var world = new World();
        world.Server.Handle(_ => new ValueTask(new TaskCompletionSource().Task));
        var session = world.Connect(options => options.AbortTimeout = options.RequestTimeout = Timeout.InfiniteTimeSpan);
        var request = session.RequestAsync(new byte[1], out var id).AsTask();
        world.Tick();
        var aborting = session.AbortAsync(id).AsTask();
        world.Pass(TimeSpan.FromMinutes(1));
        Assert.True(request.IsCanceled);
        Assert.False(aborting.IsCompleted);

        world.Accepted.Dispose();
        world.Tick();

        Assert.Equal([new AbortRun(id, AbortOutcome.Requested)], world.Result(new ValueTask<AbortReport>(aborting)).Runs);
    }
}
