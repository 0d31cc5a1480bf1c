using Accelio.Native.Linux;
using Accelio.Transports.Polling;
using Xunit;

namespace Accelio.Reactive.Tests.Polling;

public sealed class ManualPollerTests : IDisposable
{
    private readonly ManualPoller _poller = new(new PollerOptions { SpinTime = TimeSpan.Zero });

    public void Dispose() => _poller.Dispose();

    [Fact]
    public void Polling_runs_what_is_there_and_returns_at_once()
    {
        var ran = false;
        _poller.Post(new ActionItem(() => ran = true));

        Assert.Equal(1, _poller.Poll(TimeSpan.FromSeconds(10)));

        Assert.True(ran);
        Assert.Equal(0, _poller.Poll(TimeSpan.Zero));
    }

    [Fact]
    public void Polling_without_work_returns_when_the_time_is_over()
    {
        var begin = PollerClock.Machine.Read();

        Assert.Equal(0, _poller.Poll(TimeSpan.FromMilliseconds(20)));

        Assert.True(PollerClock.Machine.Read() - begin >= 20 * TimeSpan.TicksPerMillisecond);
    }

    [Fact]
    public void A_post_from_another_thread_ends_the_wait()
    {
        var executed = 0;
        var thread = new Thread(() =>
        {
            for (var i = 0; i < 200; i++)
            {
                _poller.Post(new ActionItem(() => executed++));
                Thread.Sleep(i % 8 == 0 ? 1 : 0);
            }
        });
        thread.Start();

        while (executed < 200)
        {
            Assert.True(_poller.Poll(TimeSpan.FromSeconds(10)) > 0, "a wake-up was lost");
        }

        thread.Join();
    }

    [Fact]
    public void A_timer_ends_the_wait_when_it_is_due()
    {
        var firedAt = -1L;
        var due = _poller.Now + (20 * TimeSpan.TicksPerMillisecond);
        _poller.Timers.Schedule(new ActionTimer(now => firedAt = now), due);

        while (firedAt < 0)
        {
            _poller.Poll(TimeSpan.FromSeconds(10));
        }

        Assert.True(firedAt >= due);
    }

    [Fact]
    public void A_foreign_epoll_sees_posts_sockets_timers_and_left_over_work_and_nothing_when_there_is_none()
    {
        using var host = new HostLoop(_poller);
        using var pair = new Pair();
        var events = new List<string>();
        _poller.Poll(TimeSpan.Zero);
        Assert.False(host.IsReady(0));

        _poller.Post(new ActionItem(() => events.Add("posted")));
        host.PollWhenReady();
        Assert.False(host.IsReady(0));

        var handler = new ActionHandler { Readable = _ => Note(Pair.Read(pair.Near, 64) > 0 ? "socket" : null) };
        _poller.Post(new ActionItem(() => ((SocketReactor)_poller.Sockets!).Add(handler, pair.Near, wantRead: true, wantWrite: false)));
        host.PollWhenReady();
        Assert.False(host.IsReady(0));
        pair.Send();
        host.PollWhenReady();
        Assert.False(host.IsReady(0));

        _poller.Post(new ActionItem(() =>
            _poller.Timers.Schedule(new ActionTimer(_ => events.Add("timer")), _poller.Now + (10 * TimeSpan.TicksPerMillisecond))));
        host.PollWhenReady();
        Assert.False(host.IsReady(0));
        while (!events.Contains("timer"))
        {
            host.PollWhenReady(); // once more than once when the timer has to change wheels
        }

        Assert.False(host.IsReady(0));

        _poller.Post(new ActionItem(() => _poller.MarkDirty(new Reflush(_poller, events))));
        host.PollWhenReady();
        Assert.True(host.IsReady(0));
        _poller.Poll(TimeSpan.Zero);
        Assert.False(host.IsReady(0));

        Assert.Equal(["posted", "socket", "timer", "flushed", "flushed"], events);

        int Note(string? name)
        {
            if (name is not null)
            {
                events.Add(name);
            }

            return name is null ? 0 : 1;
        }
    }

    [Fact]
    public void A_timer_moved_or_cancelled_moves_the_alarm_of_the_foreign_epoll()
    {
        using var host = new HostLoop(_poller);
        var timer = new ActionTimer(_ => Assert.Fail("cancelled"));
        _poller.Post(new ActionItem(() => _poller.Timers.Schedule(timer, _poller.Now + (5 * TimeSpan.TicksPerMillisecond))));
        _poller.Poll(TimeSpan.Zero);

        _poller.Post(new ActionItem(() => _poller.Timers.Cancel(timer)));
        _poller.Poll(TimeSpan.Zero);

        Assert.False(host.IsReady(20));
    }

    [Fact]
    public void Polling_inside_a_callback_is_refused()
    {
        Exception? refused = null;
        _poller.Post(new ActionItem(() => refused = Record.Exception(() => _poller.Poll(TimeSpan.Zero))));

        _poller.Poll(TimeSpan.Zero);

        Assert.IsType<InvalidOperationException>(refused);
    }

    [Fact]
    public void Different_threads_may_poll_one_after_the_other()
    {
        var slabs = 0;
        for (var i = 0; i < 4; i++)
        {
            _poller.Post(new ActionItem(() =>
            {
                _poller.Memory.Rent(100).Release();
                slabs++;
            }));
            var thread = new Thread(() => _poller.Poll(TimeSpan.Zero));
            thread.Start();
            thread.Join();
        }

        Assert.Equal(4, slabs);
    }

    [Fact]
    public void Disposing_executes_what_was_posted_and_refuses_the_rest()
    {
        var order = new List<string>();
        _poller.OnStopping(() => order.Add("stopping"));
        _poller.Post(new ActionItem(() => order.Add("posted")));

        _poller.Dispose();
        _poller.Dispose();

        Assert.Equal(["posted", "stopping"], order);
        Assert.False(_poller.Post(new ActionItem(() => { })));
        Assert.Throws<ObjectDisposedException>(() => _poller.Poll(TimeSpan.Zero));
    }

    private sealed class Reflush(Poller poller, List<string> events) : IFlushable
    {
        public void Flush(long now)
        {
            events.Add("flushed");
            if (events.Count(name => name == "flushed") == 1)
            {
                poller.MarkDirty(this);
            }
        }
    }

    /// <summary>A host with an event loop of its own that watches the poller's descriptor.</summary>
    private sealed class HostLoop : IDisposable
    {
        private readonly ManualPoller _poller;
        private readonly DescriptorHandle _epoll = new(Epoll.Create());
        private readonly EpollEventBuffer _events = new(4);

        public HostLoop(ManualPoller poller)
        {
            _poller = poller;
            Assert.True(Epoll.Add(_epoll.Descriptor, (int)poller.PollHandle.DangerousGetHandle(), Epoll.In, 7) >= 0);
        }

        public bool IsReady(int milliseconds) => Epoll.Wait(_epoll.Descriptor, _events, milliseconds) == 1 && _events.Data(0) == 7;

        public void PollWhenReady()
        {
            Assert.True(IsReady(5000), "the descriptor of the poller did not become readable");
            _poller.Poll(TimeSpan.Zero);
        }

        public void Dispose()
        {
            _events.Dispose();
            _epoll.Dispose();
        }
    }
}
