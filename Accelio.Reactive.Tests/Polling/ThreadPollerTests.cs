using Accelio.Native.Linux;
using Accelio.Reactive.Tests.Support;
using Accelio.Transports.Polling;
using Xunit;

namespace Accelio.Reactive.Tests.Polling;

[Collection(Alone.Name)]
public class ThreadPollerTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    [Theory]
    [InlineData(0, false)]
    [InlineData(50, false)]
    [InlineData(0, true)]
    [InlineData(50, true)]
    public async Task No_wake_up_is_lost_however_posts_and_sleeps_fall_together(int spinMicroseconds, bool portable)
    {
        await using var poller = Start(spinMicroseconds, portable);

        // On a machine that is busy enough a poller may never run dry in one round: that would have tested nothing.
        for (var round = 0; round == 0 || poller.Sleeps == 0; round++)
        {
            Assert.True(round < 100, "the poller never slept");
            await PostFromThreadsAsync(poller);
        }
    }

    [Fact]
    public async Task The_poller_is_current_on_its_own_thread_however_deep_and_not_while_another_one_has_its_turn_there()
    {
        await using var poller = Start(spinMicroseconds: 0, portable: false);
        var inner = new LoopPoller();
        var seen = new List<(bool Outer, bool Inner)>();
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        inner.Post(new ActionItem(() => seen.Add((poller.IsCurrent, inner.IsCurrent))));
        poller.Post(new ActionItem(() =>
        {
            seen.Add((poller.IsCurrent, inner.IsCurrent));
            inner.RunDutyCycle();
            seen.Add((poller.IsCurrent, inner.IsCurrent));
            seen.Add((IsCurrentBelow(poller, kilobytes: 200), inner.IsCurrent));
            done.SetResult();
        }));
        await done.Task.WaitAsync(Limit);

        Assert.Equal([(true, false), (false, true), (true, false), (true, false)], seen);
        Assert.False(poller.IsCurrent);
        await poller.StopAsync();
        Assert.False(poller.IsCurrent);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task One_post_at_a_time_is_always_answered_by_a_blocking_poller(bool portable)
    {
        await using var poller = Start(spinMicroseconds: 0, portable);
        using var answered = new SemaphoreSlim(0);
        var item = new ActionItem(() => answered.Release());

        for (var i = 0; i < 2000; i++)
        {
            Assert.True(poller.Post(item));
            Assert.True(await answered.WaitAsync(Limit), $"post {i} was not executed");
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_blocked_poller_wakes_for_a_timer_and_not_before_it_is_due(bool portable)
    {
        await using var poller = Start(spinMicroseconds: 0, portable);
        var fired = new TaskCompletionSource<long>(TaskCreationOptions.RunContinuationsAsynchronously);
        long due = 0;

        poller.Post(new ActionItem(() =>
        {
            due = poller.Now + (30 * TimeSpan.TicksPerMillisecond);
            poller.Timers.Schedule(new ActionTimer(fired.SetResult), due);
        }));

        Assert.True(await fired.Task.WaitAsync(Limit) >= due);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_idle_poller_sleeps_and_does_not_go_round(bool portable)
    {
        await using var poller = Start(spinMicroseconds: 50, portable);
        await Until.TrueAsync(() => poller.Sleeps > 0, () => "it never sleeps");
        var (cycles, sleeps) = await UsageOf(poller);

        await Task.Delay(300);

        // One that spins makes hundreds of thousands meanwhile; some are allowed for what wakes it to be asked.
        var (cyclesAfter, sleepsAfter) = await UsageOf(poller);
        Assert.InRange(cyclesAfter - cycles, 0, 5000);
        Assert.InRange(sleepsAfter - sleeps, 0, 10);
    }

    [Fact]
    public async Task A_poller_with_unlimited_spin_time_never_blocks()
    {
        await using var poller = new ThreadPoller(new PollerOptions { SpinTime = Timeout.InfiniteTimeSpan });
        poller.Start();

        await Task.Delay(20);
        await RunOn(poller, () => true);

        Assert.Equal(0, poller.Sleeps);
    }

    [Fact]
    public async Task The_thread_can_be_pinned_and_the_rest_of_the_process_stays_free()
    {
        var processors = Environment.ProcessorCount;
        var allowed = AllowedProcessors();
        await using var poller = new ThreadPoller(new PollerOptions { Cpu = 1 % processors, Name = "pinned" });
        poller.Start();

        var cpus = new HashSet<int>();
        for (var i = 0; i < 20; i++)
        {
            cpus.Add(await RunOn(poller, Scheduling.CurrentCpu));
        }

        Assert.Equal([1 % processors], cpus);
        Assert.Equal("pinned", await RunOn(poller, () => Thread.CurrentThread.Name));
        Assert.Equal(allowed, AllowedProcessors());
    }

    [Fact]
    public async Task A_processor_that_does_not_exist_is_reported_and_the_poller_works_unpinned()
    {
        var reported = new TaskCompletionSource<Exception>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var poller = new ThreadPoller(new PollerOptions { Cpu = 8000 }) { OnUnhandled = reported.SetResult };
        poller.Start();

        Assert.Contains("8000", (await reported.Task.WaitAsync(Limit)).Message, StringComparison.Ordinal);
        Assert.True(await RunOn(poller, () => true));
    }

    [Fact]
    public async Task Every_item_accepted_while_the_poller_stops_is_executed_and_the_others_are_refused()
    {
        for (var round = 0; round < 5; round++)
        {
            var poller = Start(spinMicroseconds: 0);
            var accepted = 0;
            var executed = 0;
            var threads = Enumerable.Range(0, 3).Select(_ => new Thread(() =>
            {
                while (poller.Post(new ActionItem(() => executed++)))
                {
                    Interlocked.Increment(ref accepted);
                    Thread.SpinWait(20);
                }
            })).ToArray();
            Array.ForEach(threads, thread => thread.Start());
            await Task.Delay(1);

            await poller.StopAsync().WaitAsync(Limit);

            Array.ForEach(threads, thread => thread.Join());
            Assert.Equal(accepted, executed);
            Assert.False(poller.Post(new ActionItem(() => executed++)));
        }
    }

    [Fact]
    public async Task Stopping_a_poller_that_never_started_executes_what_was_posted()
    {
        var poller = new ThreadPoller();
        var executed = false;
        poller.Post(new ActionItem(() => executed = true));

        await poller.StopAsync().WaitAsync(Limit);
        await poller.StopAsync().WaitAsync(Limit);

        Assert.True(executed);
    }

    [Fact]
    public async Task A_poller_can_stop_itself()
    {
        var poller = Start(spinMicroseconds: 0);
        var stopped = new TaskCompletionSource<Task>(TaskCreationOptions.RunContinuationsAsynchronously);

        poller.Post(new ActionItem(() => stopped.SetResult(poller.StopAsync())));

        await (await stopped.Task).WaitAsync(Limit);
        Assert.True(poller.HasStopped);
    }

    [Fact]
    public async Task A_frozen_clock_does_not_make_the_poller_spin_for_ever()
    {
        await using var poller = new ThreadPoller(new PollerOptions { TimeProvider = new HandClock() });
        poller.Start();
        await RunOn(poller, () => true);

        await Until.TrueAsync(() => poller.Sleeps > 0, () => "it never sleeps");
    }

    private static async Task PostFromThreadsAsync(ThreadPoller poller)
    {
        const int producers = 3;
        const int perProducer = 35_000;
        var executed = 0;
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var threads = Enumerable.Range(0, producers).Select(seed => new Thread(() =>
        {
            var random = new Random(seed);
            for (var i = 0; i < perProducer; i++)
            {
                poller.Post(new ActionItem(() =>
                {
                    if (++executed == producers * perProducer)
                    {
                        done.SetResult();
                    }
                }));
                if (random.Next(16) == 0)
                {
                    Thread.SpinWait(random.Next(2000)); // long enough for the poller to run dry and fall asleep
                }
            }
        })).ToArray();

        Array.ForEach(threads, thread => thread.Start());

        await done.Task.WaitAsync(Limit);
        Array.ForEach(threads, thread => thread.Join());
    }

    private static ThreadPoller Start(int spinMicroseconds, bool portable = false)
    {
        var poller = new ThreadPoller(new PollerOptions
        {
            SpinTime = TimeSpan.FromMicroseconds(spinMicroseconds),
            Engine = portable ? ReactorKind.Portable : ReactorKind.Epoll,
        });
        poller.Start();
        return poller;
    }

    private static async Task<T> RunOn<T>(Poller poller, Func<T> function)
    {
        var result = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        Assert.True(poller.Post(new ActionItem(() => result.SetResult(function()))));
        return await result.Task.WaitAsync(Limit);
    }

    private static Task<(long Cycles, long Sleeps)> UsageOf(ThreadPoller poller) => RunOn(poller, () => (poller.Cycles, poller.Sleeps));

    private static string AllowedProcessors() =>
        File.ReadLines("/proc/self/status").Single(line => line.StartsWith("Cpus_allowed_list", StringComparison.Ordinal));

    private static bool IsCurrentBelow(ThreadPoller poller, int kilobytes)
    {
        Span<byte> room = stackalloc byte[1024];
        room.Clear();
        return kilobytes == 0 ? poller.IsCurrent : IsCurrentBelow(poller, kilobytes - 1) && room[0] == 0;
    }
}
