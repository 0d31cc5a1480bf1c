using System.Reactive.Concurrency;
using System.Reactive.Linq;
using Accelio.Reactive.Tests.Sessions;
using Accelio.Reactive.Tests.Support;
using Microsoft.Reactive.Testing;
using Xunit;

namespace Accelio.Reactive.Tests.Contexts;

/// <summary>The end of contexts of every kind, and what they do with those who come too late.</summary>
public class ContextLifeTests
{
    [Fact]
    public async Task Disposing_a_context_closes_what_lives_on_it_in_good_order()
    {
        await using var pair = await Pair.OpenAsync();
        var second = await pair.ConnectAsync();
        var reasons = new List<CloseReason>();
        foreach (var session in (AccelioSession[])[pair.Session, second])
        {
            session.Events.OfType<SessionClosed>().Subscribe(closed => reasons.Add(closed.Reason));
        }

        await pair.ServerContext.DisposeAsync().AsTask().WaitAsync(Pair.Limit);
        await pair.Session.Closed.WaitAsync(Pair.Limit);
        await second.Closed.WaitAsync(Pair.Limit);

        Assert.Equal([CloseReason.ClosedByPeer, CloseReason.ClosedByPeer], reasons);
    }

    [Fact]
    public async Task Disposing_a_context_is_bounded_by_the_CloseTimeout_of_what_lives_on_it()
    {
        await using var pair = await Pair.OpenAsync(client: options => options.CloseTimeout = TimeSpan.FromMilliseconds(100));
        using var busy = await Busy.MakeAsync(pair.ServerContext);

        await pair.ClientContext.DisposeAsync().AsTask().WaitAsync(Pair.Limit);

        Assert.True(pair.Session.Closed.IsCompletedSuccessfully);
    }

    [Fact]
    public async Task Who_names_no_context_inside_a_callback_gets_the_callbacks()
    {
        await using var pair = await Pair.OpenAsync();
        var (server, session) = await pair.ClientContext.RunAsync(async _ =>
        {
            var bound = await AccelioServer.BindAsync(new Uri("tcp://127.0.0.1:0"));
            return (bound, await AccelioSession.ConnectAsync(pair.Server.EndPoint));
        });

        Assert.Same(pair.ClientContext, server.HomeContext);
        Assert.Same(pair.ClientContext, session.HomeContext);
        await session.DisposeAsync();
        await server.DisposeAsync();
        Assert.Equal(1, await pair.ClientContext.RunAsync(_ => new ValueTask<int>(1)));
    }

    [Fact]
    public async Task A_session_never_disposes_a_context_it_was_given()
    {
        await using var pair = await Pair.OpenAsync();

        await pair.Session.DisposeAsync();
        await pair.Server.DisposeAsync();

        Assert.Equal(1, await pair.ClientContext.RunAsync(_ => new ValueTask<int>(1)));
        Assert.Equal(1, await pair.ServerContext.RunAsync(_ => new ValueTask<int>(1)));
    }

    [Fact]
    public async Task What_comes_after_the_end_of_a_context_is_told_so()
    {
        await using var server = await AccelioServer.BindAsync(new Uri("tcp://127.0.0.1:0"));
        var context = AccelioContext.Start(new AccelioContextOptions { Name = "gone" });
        await context.DisposeAsync();

        var failures = new[]
        {
            await Record.ExceptionAsync(async () => await AccelioSession.ConnectAsync(server.EndPoint, new AccelioSessionOptions { Context = context })),
            await Record.ExceptionAsync(async () => await AccelioServer.BindAsync(new Uri("tcp://127.0.0.1:0"), new AccelioServerOptions { Context = context })),
            Record.Exception(() => context.Scheduler.Schedule(() => { })),
            await Record.ExceptionAsync(async () => await context.RunAsync(_ => default)),
            await Record.ExceptionAsync(async () => await context.SwitchTo()),
        };

        Assert.All(failures, failure => Assert.Contains("The context was disposed", Assert.IsType<ObjectDisposedException>(failure).Message, StringComparison.Ordinal));
        await context.DisposeAsync();
        context.Dispose();
    }

    [Fact]
    public async Task What_begins_while_a_context_ends_is_refused_and_not_forgotten()
    {
        await using var pair = await Pair.OpenAsync(client: options => options.CloseTimeout = TimeSpan.FromMinutes(10));
        using var busy = await Busy.MakeAsync(pair.ServerContext);
        var ending = pair.ClientContext.DisposeAsync().AsTask();

        var session = await Record.ExceptionAsync(() => pair.ConnectAsync().WaitAsync(Pair.Limit));
        var server = await Record.ExceptionAsync(async () =>
            await AccelioServer.BindAsync(new Uri("tcp://127.0.0.1:0"), new AccelioServerOptions { Context = pair.ClientContext }).AsTask().WaitAsync(Pair.Limit));

        Assert.IsType<ObjectDisposedException>(session);
        Assert.IsType<ObjectDisposedException>(server);
        Assert.False(ending.IsCompleted);
        busy.Dispose();
        await ending.WaitAsync(Pair.Limit);
    }

    [Fact]
    public async Task A_body_that_disposes_its_own_context_goes_on_elsewhere()
    {
        var context = AccelioContext.Start();

        var where = await context.RunAsync(async _ =>
        {
            await context.DisposeAsync();
            return AccelioContext.Current;
        }).AsTask().WaitAsync(Pair.Limit);

        Assert.Null(where);
    }

    [Fact]
    public async Task A_timer_that_is_disposed_leaves_the_context()
    {
        await using var context = AccelioContext.Start();
        var timers = ((PollerContext)context).Poller.Timers;
        var scheduled = Enumerable.Range(0, 10).Select(_ => context.Scheduler.Schedule(TimeSpan.FromHours(1), () => { })).ToArray();
        Assert.Equal(10, await context.RunAsync(_ => new ValueTask<int>(timers.Count)));

        scheduled[0].Dispose();
        await context.RunAsync(_ =>
        {
            scheduled[1].Dispose();
            return default;
        });

        Assert.Equal(8, await context.RunAsync(_ => new ValueTask<int>(timers.Count)));
        Array.ForEach(scheduled, item => item.Dispose());
        Assert.Equal(0, await context.RunAsync(_ => new ValueTask<int>(timers.Count)));
    }

    [Fact]
    public void A_manual_context_that_is_disposed_is_over_when_the_call_returns()
    {
        var context = AccelioContext.Manual();
        var log = new List<string>();
        context.UnhandledExceptions.Subscribe(_ => { }, () => log.Add("end"));
        context.Scheduler.Schedule(() => log.Add("scheduled"));

        context.Dispose();

        Assert.Equal(["scheduled", "end"], log);
        Assert.Throws<ObjectDisposedException>(() => context.Poll(TimeSpan.Zero));
        context.Dispose();
    }

    [Fact]
    public void A_manual_context_may_be_disposed_inside_its_own_callback()
    {
        var context = AccelioContext.Manual();
        var log = new List<string>();
        context.UnhandledExceptions.Subscribe(_ => { }, () => log.Add("end"));
        context.Scheduler.Schedule(() =>
        {
            context.Dispose();
            log.Add("disposed");
        });

        context.Poll(TimeSpan.Zero);

        Assert.Equal(["disposed", "end"], log);
        Assert.Throws<ObjectDisposedException>(() => context.Poll(TimeSpan.Zero));
    }

    [Fact]
    public async Task A_manual_context_may_be_disposed_while_its_host_polls()
    {
        for (var round = 0; round < 50; round++)
        {
            var context = AccelioContext.Manual();
            var polling = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            context.Scheduler.Schedule(polling.SetResult);
            var host = Task.Run(() =>
            {
                while (true)
                {
                    try
                    {
                        context.Poll(TimeSpan.FromMilliseconds(1));
                    }
                    catch (Exception exception) when (exception is ObjectDisposedException or InvalidOperationException)
                    {
                        // Over, or the disposing thread has the turn.
                        return exception;
                    }
                }
            });
            await polling.Task.WaitAsync(Pair.Limit);

            if (round % 2 == 0)
            {
                await context.DisposeAsync().AsTask().WaitAsync(Pair.Limit);
            }
            else
            {
                context.Dispose();
            }

            await host.WaitAsync(Pair.Limit);
            await ((PollerContext)context).Poller.Stopped.WaitAsync(Pair.Limit);
        }
    }

    [Fact]
    public async Task A_manual_context_closes_its_sessions_when_it_is_disposed()
    {
        await using var pair = await Pair.OpenAsync();
        var context = AccelioContext.Manual();
        var connecting = pair.ConnectAsync(options => options.Context = context);
        context.TurnUntil(connecting);

        var session = await connecting;
        await context.DisposeAsync().AsTask().WaitAsync(Pair.Limit);

        Assert.True(session.Closed.IsCompleted);
    }

    [Fact]
    public async Task A_context_in_virtual_time_ends_at_the_instant_at_which_it_is_disposed()
    {
        var scheduler = new TestScheduler();
        var context = AccelioContext.OnScheduler(scheduler);
        var log = new List<string>();
        context.UnhandledExceptions.Subscribe(_ => { }, () => log.Add($"end at {scheduler.Clock}"));
        context.Scheduler.Schedule(TimeSpan.FromTicks(500), () => log.Add("never"));
        scheduler.AdvanceTo(100);

        await context.DisposeAsync().AsTask().WaitAsync(Pair.Limit);

        Assert.Equal(["end at 100"], log);
        Assert.True(((PollerContext)context).Poller.HasStopped);
        scheduler.AdvanceTo(10_000_000);
        Assert.Single(log);
    }

    [Fact]
    public async Task The_clock_of_a_contexts_scheduler_is_the_contexts()
    {
        var scheduler = new TestScheduler();
        await using var host = AccelioContext.Start();
        var context = AccelioContext.OnScheduler(scheduler);
        var seen = new List<long>();
        Observable.Timer(context.Scheduler.Now + TimeSpan.FromSeconds(5), context.Scheduler).Subscribe(_ => seen.Add(scheduler.Clock));
        Observable.Timer(TimeSpan.FromSeconds(2), context.Scheduler).Timestamp(context.Scheduler).Subscribe(at => seen.Add(at.Timestamp.Ticks - DateTimeOffset.MinValue.Ticks));
        Observable.Timer(TimeSpan.FromSeconds(1), context.Scheduler).TimeInterval(context.Scheduler).Subscribe(at => seen.Add(at.Interval.Ticks));

        scheduler.AdvanceTo(TimeSpan.FromSeconds(6).Ticks);

        Assert.Equal(3, seen.Count);
        Assert.All(seen.Zip((int[])[1, 2, 5]), pair => Assert.InRange(pair.First, TimeSpan.FromSeconds(pair.Second).Ticks, TimeSpan.FromSeconds(pair.Second).Ticks + TimeSpan.TicksPerMillisecond * 2));
        context.Dispose();
        scheduler.AdvanceBy(1000);
    }
}
