using System.Reactive.Linq;
using System.Reactive.Subjects;
using System.Threading.Channels;
using Microsoft.Reactive.Testing;
using Xunit;

namespace Accelio.Reactive.Tests.VirtualTime;

/// <summary>User code in virtual time: it stays on the scheduler's thread and at the instant at which it is due, and cannot end the scheduler.</summary>
public class UserCodeTests : ReactiveTest
{
    [Fact]
    public void Handlers_that_wait_answer_exactly_when_they_are_done()
    {
        using var world = new World();
        world.Server.Handle(async request =>
        {
            var delay = TimeSpan.FromMilliseconds(request.PayloadLength);
            await Task.Delay(delay, world.ServerContext.TimeProvider);
            await request.RespondAsync(request.Payload.IsEmpty ? "0"u8.ToArray() : "1"u8.ToArray());
        });
        var session = world.Connect();
        var begin = world.Scheduler.Clock + 1;
        var answered = new List<TimeSpan>();

        foreach (var length in (int[])[300, 100, 200])
        {
            session.Request(new byte[length], _ => 0).Subscribe(_ => answered.Add(TimeSpan.FromTicks(world.Scheduler.Clock - begin)));
        }

        world.Pass(TimeSpan.FromSeconds(1));

        Assert.Equal([100, 200, 300], answered.Select(time => time.TotalMilliseconds));
    }

    [Theory]
    [InlineData("delay")]
    [InlineData("cancel after")]
    [InlineData("task")]
    [InlineData("task, asynchronous")]
    [InlineData("channel")]
    [InlineData("observable")]
    [InlineData("yield")]
    [InlineData("messages, one by one")]
    [InlineData("request, not captured")]
    public void An_await_stays_on_the_schedulers_thread_and_at_its_instant(string what)
    {
        var thread = Environment.CurrentManagedThreadId;
        using var world = new World();
        world.Server.Handle(request => request.RespondAsync(request.Payload));
        var session = world.Connect();
        var due = TimeSpan.FromSeconds(5);
        var trace = new List<(int Thread, long At)>();
        var begin = world.Scheduler.Clock + 1;

        var loop = world.ClientContext.RunAsync(async _ =>
        {
            for (var i = 0; i < 3; i++)
            {
                await WaitAsync(what, world, session, due);
                trace.Add((Environment.CurrentManagedThreadId, world.Scheduler.Clock));
            }

            return true;
        }).AsTask();
        world.Pass(due * 3);
        Assert.False(loop.IsCompleted);
        world.Tick();

        Assert.True(loop.IsCompletedSuccessfully);
        Assert.Equal([1L, 2, 3], trace.Select(at => (at.At - begin) / due.Ticks));
        Assert.All(trace, at => Assert.Equal((thread, 0L), (at.Thread, (at.At - begin) % due.Ticks)));
    }

    [Fact]
    public void What_user_code_throws_is_told_and_ends_nothing()
    {
        using var world = new World();
        var told = new List<string>();
        world.ServerContext.UnhandledExceptions.Subscribe(exception => told.Add(exception.Message));
        world.ClientContext.UnhandledExceptions.Subscribe(exception => told.Add(exception.Message));
        world.Server.Messages.Subscribe(_ => throw new InvalidOperationException("observer"));
        world.Server.Handle(_ => throw new InvalidOperationException("handler"));
        var session = world.Connect();

        var request = session.RequestAsync(new byte[1], _ => 0).AsTask();
        var sending = session.SendAsync(new byte[1]).AsTask();
        world.Tick();
        world.ServerContext.TimeProvider.CreateTimer(
            _ => throw new InvalidOperationException("timer"), null, TimeSpan.FromSeconds(1), Timeout.InfiniteTimeSpan);
        var body = world.ClientContext.RunAsync(async _ =>
        {
            ThrowLater(world);
            await Task.Yield();
        });
        world.Pass(TimeSpan.FromSeconds(2));

        Assert.IsType<RequestFailedException>(request.Exception?.InnerException);
        Assert.True(sending.IsCompletedSuccessfully && body.IsCompletedSuccessfully);
        Assert.Equal(["async void", "observer", "timer"], told.Order());
        Assert.Equal(SessionState.Established, session.State);
    }

    [Fact]
    public void Operators_on_the_same_scheduler_and_messages_share_one_clock()
    {
        using var world = new World();
        var results = world.Scheduler.CreateObserver<int>();
        world.Server.Messages.Read(message => message.PayloadLength).Delay(TimeSpan.FromTicks(500), world.Scheduler).Subscribe(results);
        var session = world.Connect();

        world.At(1000, () => _ = session.SendAsync(new byte[1]).AsTask());
        world.At(2000, () => _ = session.SendAsync(new byte[2]).AsTask());
        world.Scheduler.AdvanceTo(10_000);

        // What is called at an instant takes effect one tick later.
        results.Messages.AssertEqual(OnNext(1501, 1), OnNext(2501, 2));
    }

    [Fact]
    public void A_time_limit_by_Rx_ends_a_cold_request()
    {
        using var world = new World();
        world.Server.Handle(_ => new ValueTask(new TaskCompletionSource().Task));
        var session = world.Connect();
        var results = world.Scheduler.CreateObserver<int>();
        var begin = world.Scheduler.Clock;

        session.Request(new byte[1], _ => 0).Timeout(TimeSpan.FromSeconds(2), world.Scheduler).Subscribe(results);
        world.Pass(TimeSpan.FromSeconds(3));

        results.Messages.AssertEqual(OnError<int>(begin + TimeSpan.FromSeconds(2).Ticks, error => error is TimeoutException));
    }

    [Fact]
    public void A_context_made_inside_a_callback_is_driven_at_once()
    {
        using var world = new World();
        world.Server.Handle(request => request.RespondAsync(request.Payload));

        var length = world.ClientContext.RunAsync(async stopping =>
        {
            var options = new AccelioSessionOptions { Context = world.NewContext("late") };
            await using var session = await AccelioSession.ConnectAsync(new Uri("sim://server:1"), options, stopping);
            Assert.Same(world.ClientContext, AccelioContext.Current);
            return await session.RequestAsync(new byte[3], answer => answer.PayloadLength, stopping);
        });

        Assert.Equal(3, world.Result(length));
    }

    [Fact]
    public void Work_scheduled_on_a_context_runs_there_at_its_time()
    {
        using var world = new World();
        var seen = new List<(AccelioContext?, long)>();

        Observable.Timer(TimeSpan.FromTicks(777), world.ClientContext.Scheduler)
            .Subscribe(_ => seen.Add((AccelioContext.Current, world.ClientContext.Scheduler.Now.Ticks)));
        var begin = world.Scheduler.Clock + 1;
        world.Pass(TimeSpan.FromSeconds(1));

        Assert.Equal([(world.ClientContext, begin + 777)], seen);
    }

    [Theory]
    [InlineData(SimulatedLinkKind.Stream, null)]
    [InlineData(SimulatedLinkKind.Stream, 7)]
    [InlineData(SimulatedLinkKind.Slots, null)]
    public void The_same_story_with_the_same_seed_is_told_the_same_way_twice(SimulatedLinkKind kind, int? seed) => Assert.Equal(Story(kind, seed), Story(kind, seed));

    [Fact]
    public void Ids_come_from_the_seed_and_no_two_contexts_share_them()
    {
        string Ids(int? seed)
        {
            using var world = new World(seed: seed);
            return string.Join(' ', ((AccelioContext[])[world.ServerContext, world.ClientContext]).Select(context => ((PollerContext)context).Entropy.NextUInt32()));
        }

        Assert.Equal(Ids(7), Ids(7));
        Assert.Equal(4, $"{Ids(7)} {Ids(null)}".Split(' ').Distinct().Count());
    }

    [Fact]
    public void The_contexts_of_a_scheduler_have_their_turns_in_the_order_in_which_they_were_made()
    {
        using var world = new World();
        var contexts = Enumerable.Range(0, 5).Select(i => world.NewContext($"{i}")).ToArray();
        var turns = new List<string>();

        foreach (var context in contexts.Reverse())
        {
            _ = context.RunAsync(_ =>
            {
                turns.Add(context.Name);
                return default;
            }).AsTask();
        }

        world.Tick();

        Assert.Equal(["0", "1", "2", "3", "4"], turns);
    }

    [Fact]
    public void The_SynchronizationContext_of_virtual_time_surrounds_user_code_and_nothing_else()
    {
        using var world = new World();
        var own = new SynchronizationContext();
        var before = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(own);
        try
        {
            var inside = world.Result(world.ClientContext.RunAsync(_ => ValueTask.FromResult(SynchronizationContext.Current)));

            Assert.NotNull(inside);
            Assert.NotSame(own, inside);
            Assert.Same(own, SynchronizationContext.Current);
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(before);
        }
    }

    [Fact]
    public void Events_are_equal_values_so_that_recordings_can_be_compared()
    {
        using var world = new World();
        var session = world.Connect();
        var events = world.Scheduler.CreateObserver<AccelioSessionEvent>();
        session.Events.Subscribe(events);
        world.Tick();
        var now = world.Scheduler.Clock;

        world.At(now + 1000, () => _ = world.Accepted.DisposeAsync().AsTask());
        world.Pass(TimeSpan.FromSeconds(1));

        events.Messages.AssertEqual(
            OnNext<AccelioSessionEvent>(now, new SessionEstablished()),
            OnNext<AccelioSessionEvent>(now + 1000, new SessionClosing(ByPeer: true)),
            OnNext<AccelioSessionEvent>(now + 1000, new SessionClosed(CloseReason.ClosedByPeer, AccelioStatus.SessionDisconnected, string.Empty)),
            OnCompleted<AccelioSessionEvent>(now + 1000));
    }

    private static string Story(SimulatedLinkKind kind, int? seed)
    {
        var trace = new List<string>();
        using var world = new World(kind, seed: seed);
        world.Server.Handle(async request =>
        {
            trace.Add($"{world.Scheduler.Clock} asked {request.PayloadLength}");
            await Task.Delay(TimeSpan.FromTicks(request.PayloadLength % 7), world.ServerContext.TimeProvider);
            await request.RespondAsync(request.Payload);
        });
        var sessions = Enumerable.Range(0, 3).Select(_ => world.Connect()).ToArray();
        for (var i = 0; i < 60; i++)
        {
            var number = i;
            sessions[i % 3].Request(new byte[number], answer => answer.PayloadLength)
                .Subscribe(length => trace.Add($"{world.Scheduler.Clock} answered {length}"));
            world.Pass(TimeSpan.FromTicks(i % 4));
        }

        world.Pass(TimeSpan.FromMinutes(1));
        Assert.Equal(120, trace.Count);
        return string.Join('\n', trace);
    }

    private static async Task WaitAsync(string what, World world, AccelioSession session, TimeSpan time)
    {
        var clock = world.ClientContext.TimeProvider;
        switch (what)
        {
            case "delay":
                await Task.Delay(time, clock);
                break;
            case "cancel after":
                using (var source = new CancellationTokenSource(time, clock))
                {
                    await Task.Delay(Timeout.InfiniteTimeSpan, clock, source.Token).ContinueWith(_ => { }, TaskScheduler.FromCurrentSynchronizationContext());
                }

                break;
            case "task" or "task, asynchronous":
                var completed = new TaskCompletionSource(what == "task" ? TaskCreationOptions.None : TaskCreationOptions.RunContinuationsAsynchronously);
                using (clock.CreateTimer(_ => completed.SetResult(), null, time, Timeout.InfiniteTimeSpan))
                {
                    await completed.Task;
                }

                break;
            case "channel":
                var channel = Channel.CreateUnbounded<int>();
                using (clock.CreateTimer(_ => channel.Writer.TryWrite(1), null, time, Timeout.InfiniteTimeSpan))
                {
                    await channel.Reader.ReadAsync();
                }

                break;
            case "observable":
                await Observable.Timer(time, world.ClientContext.Scheduler);
                break;
            case "yield":
                await Task.Delay(time, clock);
                await Task.Yield();
                break;
            case "messages, one by one":
                using (clock.CreateTimer(_ => world.Accepted.TrySend(new byte[1], out var _), null, time, Timeout.InfiniteTimeSpan))
                {
                    await foreach (var message in session.Messages.ReadAllAsync())
                    {
                        message.Dispose();
                        break;
                    }
                }

                break;
            case "request, not captured":
                await Task.Delay(time, clock);
                await session.RequestAsync(new byte[1], _ => 0).ConfigureAwait(false);
                break;
            default:
                throw new ArgumentException(what, nameof(what));
        }
    }

    private static async void ThrowLater(World world)
    {
        await Task.Delay(TimeSpan.FromSeconds(1), world.ClientContext.TimeProvider);
        throw new InvalidOperationException("async void");
    }
}
