using Accelio.Transports.Polling;
using Xunit;

namespace Accelio.Reactive.Tests.Polling;

public class PollerTests
{
    [Fact]
    public void A_turn_takes_sources_then_the_mailbox_then_timers_then_flushes_and_drains_the_run_queue_after_each()
    {
        var clock = new HandClock();
        var poller = new LoopPoller(clock);
        var order = new List<string>();
        ActionItem Note(string name) => new(() => order.Add(name));
        var flushable = new Flushable(() => order.Add("flush"));
        poller.Register(new Source(() =>
        {
            order.Add("source");
            poller.MarkDirty(flushable);
            poller.Enqueue(Note("run after source"));
            return 1;
        }));
        poller.Post(new ActionItem(() =>
        {
            order.Add("posted");
            poller.Enqueue(Note("run after mailbox"));
        }));
        poller.Timers.Schedule(
            new ActionTimer(_ =>
            {
                order.Add("timer");
                poller.Enqueue(Note("run after timer"));
            }),
            0);

        poller.RunDutyCycle();

        Assert.Equal(["source", "run after source", "posted", "run after mailbox", "timer", "run after timer", "flush"], order);
    }

    [Fact]
    public void An_item_enqueued_by_another_runs_after_it_and_not_inside()
    {
        var poller = new LoopPoller();
        var order = new List<string>();
        poller.Post(new ActionItem(() =>
        {
            poller.Enqueue(new ActionItem(() => order.Add("inner")));
            order.Add("outer");
        }));

        poller.RunDutyCycle();

        Assert.Equal(["outer", "inner"], order);
    }

    [Fact]
    public void The_run_queue_is_bounded_per_turn_and_the_rest_keeps_the_poller_awake()
    {
        var poller = new LoopPoller();
        var runs = 0;
        ActionItem? item = null;
        item = new ActionItem(() =>
        {
            if (++runs < 100_000)
            {
                poller.Enqueue(item!);
            }
        });
        poller.Enqueue(item);

        poller.RunDutyCycle();

        Assert.InRange(runs, 2, 99_999);
        Assert.True(poller.HasPendingWork);
        Assert.False(poller.Sleep());
        poller.Settle();
        Assert.Equal(100_000, runs);
    }

    [Fact]
    public void What_is_posted_by_a_posted_item_waits_for_the_next_turn()
    {
        var poller = new LoopPoller();
        var runs = 0;
        ActionItem? item = null;
        item = new ActionItem(() =>
        {
            runs++;
            poller.Post(item!);
        });
        poller.Post(item);

        poller.RunDutyCycle();
        poller.RunDutyCycle();

        Assert.Equal(2, runs);
    }

    [Fact]
    public void What_becomes_dirty_during_a_flush_is_flushed_in_the_next_turn()
    {
        var poller = new LoopPoller();
        var flushes = 0;
        Flushable? flushable = null;
        flushable = new Flushable(() =>
        {
            if (++flushes == 1)
            {
                poller.MarkDirty(flushable!);
            }
        });
        poller.MarkDirty(flushable);

        poller.RunDutyCycle();
        Assert.Equal(1, flushes);
        Assert.True(poller.HasPendingWork);

        poller.RunDutyCycle();
        Assert.Equal(2, flushes);
        Assert.False(poller.HasPendingWork);
    }

    [Fact]
    public void A_source_removed_during_the_walk_is_not_asked_and_one_added_is_asked_next_turn()
    {
        var poller = new LoopPoller();
        var asked = new List<string>();
        var removed = new Source(() => Ask("removed"));
        var added = new Source(() => Ask("added"));
        var first = true;
        poller.Register(new Source(() =>
        {
            if (first)
            {
                first = false;
                poller.Unregister(removed);
                poller.Register(added);
            }

            return Ask("first");
        }));
        poller.Register(removed);

        poller.RunDutyCycle();
        Assert.Equal(["first"], asked);

        poller.RunDutyCycle();
        Assert.Equal(["first", "first", "added"], asked);

        int Ask(string name)
        {
            asked.Add(name);
            return 1;
        }
    }

    [Fact]
    public void Only_the_first_post_to_a_sleeping_poller_wakes_it()
    {
        var poller = new LoopPoller();
        poller.Post(new ActionItem(() => { }));
        Assert.Equal(0, poller.Wakes);

        poller.RunDutyCycle();
        Assert.True(poller.Sleep());
        poller.Post(new ActionItem(() => { }));
        poller.Post(new ActionItem(() => { }));

        Assert.Equal(1, poller.Wakes);
    }

    [Fact]
    public void User_exceptions_are_reported_and_the_turn_goes_on()
    {
        var poller = new LoopPoller();
        var reported = new List<string>();
        var survivors = 0;
        poller.OnUnhandled = exception => reported.Add(exception.Message);
        poller.Register(new Source(() => throw new InvalidOperationException("source")));
        poller.Post(new ActionItem(() => throw new InvalidOperationException("item")));
        poller.Post(new ActionItem(() => survivors++));
        poller.Enqueue(new ActionItem(() => throw new InvalidOperationException("queued")));
        poller.Enqueue(new ActionItem(() => survivors++));
        poller.Timers.Schedule(new ActionTimer(_ => throw new InvalidOperationException("timer")), 0);
        poller.MarkDirty(new Flushable(() => throw new InvalidOperationException("flush")));
        poller.MarkDirty(new Flushable(() => survivors++));

        poller.RunDutyCycle();

        Assert.Equal(["source", "queued", "item", "timer", "flush"], reported);
        Assert.Equal(3, survivors);
    }

    [Fact]
    public void A_reporter_that_throws_itself_does_not_end_the_loop()
    {
        var poller = new LoopPoller { OnUnhandled = _ => throw new InvalidOperationException("reporter") };
        var ran = false;
        poller.Post(new ActionItem(() => throw new InvalidOperationException("item")));
        poller.Post(new ActionItem(() => ran = true));

        poller.RunDutyCycle();

        Assert.True(ran);
    }

    [Fact]
    public void The_poller_is_current_during_a_turn_only_and_turns_of_different_pollers_nest()
    {
        var outer = new LoopPoller();
        var inner = new LoopPoller();
        var seen = new List<Poller?>();
        inner.Post(new ActionItem(() => seen.Add(Poller.Current)));
        outer.Post(new ActionItem(() =>
        {
            seen.Add(Poller.Current);
            inner.RunDutyCycle();
            seen.Add(Poller.Current);
        }));

        outer.RunDutyCycle();

        Assert.Equal([outer, inner, outer], seen);
        Assert.Null(Poller.Current);
    }

    [Fact]
    public void The_time_stands_still_during_a_turn_and_is_the_providers()
    {
        var clock = new HandClock { Ticks = 1000 };
        var poller = new LoopPoller(clock);
        long before = 0, after = 0;
        clock.Ticks = 5000;
        poller.Post(new ActionItem(() =>
        {
            before = poller.Now;
            clock.Ticks = 9000;
            after = poller.Now;
        }));

        poller.RunDutyCycle();

        Assert.Equal(5000, before);
        Assert.Equal(5000, after);
    }

    [Fact]
    public void Stopping_runs_what_was_posted_then_the_callbacks_latest_first_then_what_they_posted()
    {
        var poller = new LoopPoller();
        var order = new List<string>();
        poller.OnStopping(() => order.Add("first registered"));
        poller.OnStopping(() =>
        {
            order.Add("last registered");
            Assert.True(poller.Post(new ActionItem(() => order.Add("posted while stopping"))));
        });
        poller.Post(new ActionItem(() => order.Add("posted before")));

        poller.StopNow();

        Assert.Equal(["posted before", "last registered", "first registered", "posted while stopping"], order);
        Assert.True(poller.HasStopped);
        Assert.False(poller.Post(new ActionItem(() => order.Add("never"))));
        Assert.Equal(4, order.Count);
    }

    [Fact]
    public void Work_that_never_ends_does_not_keep_a_poller_from_stopping_and_is_reported()
    {
        var poller = new LoopPoller();
        Exception? reported = null;
        poller.OnUnhandled = exception => reported = exception;
        ActionItem? endless = null;
        endless = new ActionItem(() => poller.Enqueue(endless!));
        poller.Enqueue(endless);

        poller.StopNow();

        Assert.Contains("kept enqueueing", reported!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_source_that_has_something_to_do_keeps_the_poller_from_sleeping()
    {
        var ready = true;
        using var poller = new ManualPoller();
        poller.Register(new Source(() => 0, () => !ready));

        var asked = poller.Poll(TimeSpan.FromMilliseconds(1));
        Assert.Equal(0, asked);
        Assert.True(HostMustPoll(poller), "the host sleeps although a source has something");

        ready = false;
        poller.Poll(TimeSpan.Zero);
        poller.Poll(TimeSpan.Zero);
        Assert.False(HostMustPoll(poller), "the host is woken although nobody has anything");
    }

    private static bool HostMustPoll(ManualPoller poller)
    {
        using var watch = new Accelio.Native.Linux.DescriptorHandle(Accelio.Native.Linux.Epoll.Create());
        using var events = new Accelio.Native.Linux.EpollEventBuffer(1);
        Accelio.Native.Linux.Epoll.Add(watch.Descriptor, (int)poller.PollHandle.DangerousGetHandle(), Accelio.Native.Linux.Epoll.In, 0);
        return Accelio.Native.Linux.Epoll.Wait(watch.Descriptor, events, 0) == 1;
    }

    private sealed class Source(Func<int> poll, Func<bool>? prepareToSleep = null) : IPollable
    {
        public int Poll(long now) => poll();

        public bool PrepareToSleep() => prepareToSleep?.Invoke() ?? true;
    }

    private sealed class Flushable(Action flush) : IFlushable
    {
        public void Flush(long now) => flush();
    }
}
