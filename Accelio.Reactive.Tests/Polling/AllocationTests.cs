using Accelio.Reactive.Tests.Support;
using Accelio.Transports.Polling;
using Xunit;

namespace Accelio.Reactive.Tests.Polling;

/// <summary>What happens for every message allocates nothing once it has happened a few times.</summary>
public class AllocationTests
{
    private const int WarmUp = 3000;
    private const int Measured = 10_000;

    private readonly LoopPoller _poller = new();

    [Fact]
    public void Posting_and_executing_allocates_nothing()
    {
        var runs = 0;
        var items = Enumerable.Range(0, 8).Select(_ => new ActionItem(() => runs++)).ToArray();

        AssertAllocatesNothing(() =>
        {
            foreach (var item in items)
            {
                _poller.Post(item);
            }

            _poller.RunDutyCycle();
        });
        Assert.Equal((WarmUp + (Allocated.Runs * Measured)) * items.Length, runs);
    }

    [Fact]
    public void Enqueueing_and_flushing_allocates_nothing()
    {
        var item = new ActionItem(() => { });
        var flushable = new Nothing();

        AssertAllocatesNothing(() =>
        {
            _poller.Enqueue(item);
            _poller.MarkDirty(flushable);
            _poller.MarkDirty(flushable);
            _poller.RunDutyCycle();
        });
    }

    [Fact]
    public void Scheduling_moving_cancelling_and_firing_timers_allocates_nothing()
    {
        var now = 0L;
        var wheel = new TimerWheel();
        var timers = Enumerable.Range(0, 16).Select(_ => new ActionTimer(_ => { })).ToArray();
        var random = new Random(5);

        AssertAllocatesNothing(() =>
        {
            foreach (var timer in timers)
            {
                wheel.Schedule(timer, now + random.NextInt64(1L << 34));
            }

            wheel.Cancel(timers[random.Next(timers.Length)]);
            now += random.NextInt64(1L << 24);
            wheel.Advance(now);
        });
    }

    [Fact]
    public void Renting_holding_and_releasing_slabs_allocates_nothing()
    {
        var item = new ActionItem(() =>
        {
            for (var length = 1024; length <= 1 << 20; length *= 4)
            {
                var slab = _poller.Memory.Rent(length);
                slab.Hold();
                slab.Release();
                _ = slab.Memory.Slice(10);
                slab.Release();
            }
        });

        AssertAllocatesNothing(() =>
        {
            _poller.Post(item);
            _poller.RunDutyCycle();
        });
    }

    [Fact]
    public void Receiving_from_sockets_allocates_nothing_whether_they_are_polled_or_waited_for()
    {
        using var reactor = new SocketReactor(exception => Assert.Fail(exception.Message));
        using var first = new Pair();
        using var second = new Pair();
        var handler = first.Count();
        reactor.Add(handler, first.Near, wantRead: true, wantWrite: false);
        reactor.Add(second.Count(), second.Near, wantRead: true, wantWrite: false);
        var now = 0L;

        AssertAllocatesNothing(() =>
        {
            first.Send();
            second.Send();
            reactor.MarkReady(handler);
            reactor.Update(handler, wantRead: true, wantWrite: (now & 1024) != 0);
            reactor.Poll(now);
            reactor.Poll(now += 1024);
        });
        Assert.InRange(first.Received, Allocated.Runs * Measured, WarmUp + (Allocated.Runs * Measured));
        Assert.InRange(second.Received, Allocated.Runs * Measured, WarmUp + (Allocated.Runs * Measured));
    }

    private static void AssertAllocatesNothing(Action action)
    {
        for (var i = 0; i < WarmUp; i++)
        {
            action();
        }

        var allocated = Allocated.By(() =>
        {
            for (var i = 0; i < Measured; i++)
            {
                action();
            }
        });
        Assert.Equal(0, allocated);
    }

    private sealed class Nothing : IFlushable
    {
        public void Flush(long now)
        {
        }
    }
}
