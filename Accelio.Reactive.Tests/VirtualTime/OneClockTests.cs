using System.Reactive.Linq;
using Microsoft.Reactive.Testing;
using Xunit;

namespace Accelio.Reactive.Tests.VirtualTime;

/// <summary>Tasks, tokens, timers, operators and the library by one clock, whichever way round it was given.</summary>
public class OneClockTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    [Fact]
    public void Everything_that_waits_follows_one_test_scheduler_to_the_tick_and_on_its_thread()
    {
        var scheduler = new TestScheduler();
        using var network = new SimulatedNetwork(scheduler);
        var clock = network.TimeProvider;
        var context = network.CreateContext("host");
        var told = new List<(string What, long At, int Thread)>();
        void Tell(string what) => told.Add((what, scheduler.Clock, Environment.CurrentManagedThreadId));
        async Task Await(string what, Func<Task> wait)
        {
            try
            {
                await wait();
            }
            catch (Exception exception) when (exception is TimeoutException or OperationCanceledException or AccelioTimeoutException)
            {
                what += ", given up";
            }

            Tell(what);
        }

        network.Run(async () =>
        {
            var server = await AccelioServer.BindAsync(new Uri("sim://host:1"), new AccelioServerOptions { Context = context });
            server.Handle(_ => new ValueTask(new TaskCompletionSource().Task));
            var session = await AccelioSession.ConnectAsync(server.EndPoint, new AccelioSessionOptions { Context = context });
            using var source = new CancellationTokenSource(Second * 4, clock);
            using var timer = new PeriodicTimer(Second * 5, clock);
            using var interval = Observable.Interval(Second * 6, new TimeProviderScheduler(clock)).Take(2).Subscribe(i => Tell($"Interval {i}"));
            using var onContext = Observable.Timer(Second * 7, context.Scheduler).Subscribe(_ => Tell("Timer"));
            await Task.WhenAll(
                Await("Delay", () => Task.Delay(Second, clock)),
                Await("WaitAsync", () => new TaskCompletionSource().Task.WaitAsync(Second * 2, clock)),
                Await("Request", () => session.RequestAsync(new OutboundMessage(new byte[1]) { Timeout = Second * 3 }).AsTask()),
                Await("Token", () => Task.Delay(Timeout.InfiniteTimeSpan, clock, source.Token)),
                Await("PeriodicTimer", async () => await timer.WaitForNextTickAsync()),
                Await("Delay", () => Task.Delay(Second * 13, clock)));
        });

        Assert.Equal(
            ["1 Delay", "2 WaitAsync, given up", "3 Request, given up", "4 Token, given up", "5 PeriodicTimer", "6 Interval 0", "7 Timer", "12 Interval 1", "13 Delay"],
            told.Select(one => $"{one.At / Second.Ticks} {one.What}"));
        Assert.All(told, one => Assert.Equal((0, Environment.CurrentManagedThreadId), (one.At % Second.Ticks, one.Thread)));
    }

    [Fact]
    public void A_timer_of_a_scheduler_can_be_moved_repeated_and_ended_as_every_timer()
    {
        var scheduler = new TestScheduler();
        var clock = new SchedulerTimeProvider(scheduler);
        var fired = new List<long>();
        var timer = clock.CreateTimer(_ => fired.Add(scheduler.Clock), null, TimeSpan.FromTicks(100), TimeSpan.FromTicks(10));

        scheduler.AdvanceTo(125);
        Assert.True(timer.Change(TimeSpan.FromTicks(25), Timeout.InfiniteTimeSpan));
        scheduler.AdvanceTo(500);
        Assert.True(timer.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan));
        scheduler.AdvanceTo(600);
        timer.Dispose();
        Assert.False(timer.Change(TimeSpan.Zero, TimeSpan.Zero));
        scheduler.AdvanceTo(700);

        Assert.Equal([100, 110, 120, 150], fired);
        Assert.Equal((700L, 700L), (clock.GetTimestamp(), clock.GetUtcNow().Ticks));
        Assert.Throws<ArgumentOutOfRangeException>(() => clock.CreateTimer(_ => { }, null, TimeSpan.FromSeconds(-2), TimeSpan.Zero));
        Assert.Throws<ArgumentOutOfRangeException>(() => timer.Change(TimeSpan.Zero, TimeSpan.FromSeconds(-2)));
    }

    [Fact]
    public void A_scheduler_over_a_clock_runs_actions_at_their_time_measures_by_it_and_forgets_what_is_disposed_of()
    {
        var test = new TestScheduler();
        var scheduler = new TimeProviderScheduler(new SchedulerTimeProvider(test));
        var told = new List<(string, long)>();
        System.Reactive.Disposables.CompositeDisposable disposed = [];
        void Schedule(string what, TimeSpan due) => disposed.Add(scheduler.Schedule(what, due, (_, state) =>
        {
            told.Add((state, test.Clock));
            return System.Reactive.Disposables.Disposable.Create(() => told.Add(($"{state} disposed", test.Clock)));
        }));

        Schedule("late", Second);
        Schedule("soon", TimeSpan.FromTicks(10));
        Schedule("never", Second * 2);
        var stopwatch = scheduler.StartStopwatch();
        test.AdvanceTo(Second.Ticks + 5);
        disposed.Dispose();
        test.AdvanceTo(Second.Ticks * 3);

        Assert.Equal([("soon", 10), ("late", Second.Ticks), ("late disposed", Second.Ticks + 5), ("soon disposed", Second.Ticks + 5)], told);
        Assert.Equal((Second * 3, test.Now), (stopwatch.Elapsed, scheduler.Now));
    }

    [Fact]
    public async Task A_scheduler_over_the_machines_clock_runs_in_real_time()
    {
        var scheduler = new TimeProviderScheduler(TimeProvider.System);
        var began = scheduler.Now;

        var last = await Observable.Interval(TimeSpan.FromMilliseconds(2), scheduler).Take(5).Timeout(TimeSpan.FromMinutes(1), scheduler).LastAsync();

        Assert.Equal(4, last);
        Assert.True(scheduler.Now - began >= TimeSpan.FromMilliseconds(9));
    }
}
