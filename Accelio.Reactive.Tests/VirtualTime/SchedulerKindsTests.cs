using System.Reactive.Concurrency;
using Microsoft.Reactive.Testing;
using Xunit;

namespace Accelio.Reactive.Tests.VirtualTime;

/// <summary>Schedulers other than the test scheduler: a clock of the user's choice, and real time.</summary>
public class SchedulerKindsTests
{
    [Fact]
    public void A_historical_scheduler_tells_the_date()
    {
        var scheduler = new HistoricalScheduler(new DateTimeOffset(1999, 12, 31, 23, 0, 0, TimeSpan.Zero));
        using var context = AccelioContext.OnScheduler(scheduler, new AccelioContextOptions { SimulatedNetwork = new SimulatedNetwork() });
        var options = new AccelioServerOptions { Context = context, ResponseTimeout = Timeout.InfiniteTimeSpan };
        var server = AccelioServer.BindAsync(new Uri("sim://server:1"), options).AsTask();
        scheduler.AdvanceBy(TimeSpan.FromSeconds(1));
        Result(server).Handle(_ => new ValueTask(new TaskCompletionSource().Task));
        var session = AccelioSession.ConnectAsync(new Uri("sim://server:1"), new AccelioSessionOptions { Context = context }).AsTask();
        scheduler.AdvanceBy(TimeSpan.FromSeconds(1));

        var request = Result(session).RequestAsync(new OutboundMessage(new byte[1]) { Timeout = TimeSpan.FromHours(1) }, _ => 0).AsTask();
        scheduler.AdvanceBy(TimeSpan.FromHours(1) - TimeSpan.FromTicks(1));
        Assert.False(request.IsCompleted);
        scheduler.AdvanceBy(TimeSpan.FromSeconds(1));

        Assert.IsType<AccelioTimeoutException>(request.Exception?.InnerException);
        Assert.Equal(2000, context.TimeProvider.GetUtcNow().Year);
    }

    [Fact]
    public async Task A_scheduler_with_a_thread_drives_contexts_in_real_time()
    {
        using var scheduler = new EventLoopScheduler();
        await using var context = AccelioContext.OnScheduler(scheduler, new AccelioContextOptions { SimulatedNetwork = new SimulatedNetwork() });
        await using var server = await AccelioServer.BindAsync(new Uri("sim://server:1"), new AccelioServerOptions { Context = context });
        server.Handle(async request =>
        {
            await Task.Delay(TimeSpan.FromMilliseconds(request.PayloadLength), context.TimeProvider);
            await request.RespondAsync(request.Payload);
        });
        await using var session = await AccelioSession.ConnectAsync(server.EndPoint, new AccelioSessionOptions { Context = context });

        for (var i = 0; i < 20; i++)
        {
            Assert.Equal(i, await session.RequestAsync(new byte[i], answer => answer.PayloadLength));
        }
    }

    [Fact]
    public void A_lease_returned_by_another_thread_takes_effect_now_while_the_scheduler_runs_and_else_at_the_next_tick_and_never_throws()
    {
        var scheduler = new WatchedScheduler();
        var network = new SimulatedNetwork();
        using var context = AccelioContext.OnScheduler(scheduler, new AccelioContextOptions { SimulatedNetwork = network });
        using var serverContext = AccelioContext.OnScheduler(scheduler, new AccelioContextOptions { SimulatedNetwork = network });
        var server = Ticked(AccelioServer.BindAsync(new Uri("sim://server:1"), new AccelioServerOptions { Context = serverContext }));
        var kept = new Queue<InboundMessage>();
        server.Messages.Subscribe(message => kept.Enqueue(message.Retain()));
        var session = Ticked(AccelioSession.ConnectAsync(server.EndPoint, new AccelioSessionOptions { Context = context }));
        var first = session.DeliverAsync(new byte[1]).AsTask();
        var second = session.DeliverAsync(new byte[2]).AsTask();
        scheduler.AdvanceBy(1);

        // The message's context is asleep while the other runs.
        var running = context.RunAsync(_ =>
        {
            OnAnotherThread(kept.Dequeue().Dispose);
            return default;
        }).AsTask();
        Assert.False(first.IsCompleted);
        scheduler.AdvanceBy(1);
        Assert.True(running.IsCompletedSuccessfully && first.IsCompletedSuccessfully);
        Assert.Equal(0, scheduler.ForeignCalls);

        OnAnotherThread(kept.Dequeue().Dispose);
        Assert.False(second.IsCompleted);
        scheduler.AdvanceBy(1);
        Assert.True(second.IsCompletedSuccessfully);

        T Ticked<T>(ValueTask<T> call)
        {
            var task = call.AsTask();
            scheduler.AdvanceBy(1);
            return Result(task);
        }
    }

    private static void OnAnotherThread(Action action)
    {
        Exception? thrown = null;
        var thread = new Thread(() => thrown = Record.Exception(action));
        thread.Start();
        thread.Join();
        Assert.Null(thrown);
    }

    private static T Result<T>(Task<T> task) =>
        task.IsCompleted ? task.GetAwaiter().GetResult() : throw new InvalidOperationException("It takes longer than a second.");

    /// <summary>Counts what other threads schedule while it runs: it is made for one.</summary>
    private sealed class WatchedScheduler : TestScheduler
    {
        private readonly int _thread = Environment.CurrentManagedThreadId;

        public int ForeignCalls { get; private set; }

        public override IDisposable ScheduleAbsolute<TState>(TState state, long dueTime, Func<IScheduler, TState, IDisposable> action)
        {
            ForeignCalls += Environment.CurrentManagedThreadId == _thread ? 0 : 1;
            return base.ScheduleAbsolute(state, dueTime, action);
        }
    }
}
