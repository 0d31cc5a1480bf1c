using Accelio.Native.Linux;
using Xunit;

namespace Accelio.Reactive.Tests.Native;

public unsafe class KernelTests
{
    [Fact]
    public void An_event_counter_is_readable_from_the_signal_until_the_reset()
    {
        using var watch = new Watch();
        using var counter = new EventCounter();
        watch.Add(counter.Descriptor);
        Assert.False(watch.IsReady(0));
        Assert.False(counter.Reset());

        counter.Signal();
        counter.Signal();
        Assert.True(watch.IsReady(0));

        Assert.True(counter.Reset());
        Assert.False(watch.IsReady(0));
    }

    [Fact]
    public void Signalling_a_counter_that_is_gone_touches_nobody_elses_descriptor()
    {
        var gone = new EventCounter();
        var number = gone.Descriptor;
        gone.Dispose();
        var successors = Enumerable.Range(0, 64).Select(_ => new EventCounter()).ToArray();

        gone.Signal();

        Assert.All(successors, successor => Assert.False(successor.Reset()));
        Assert.True(number >= 0);
        Array.ForEach(successors, successor => successor.Dispose());
    }

    [Fact]
    public void An_alarm_is_readable_when_the_time_is_over_and_can_be_taken_back()
    {
        using var watch = new Watch();
        using var alarm = new AlarmClock();
        watch.Add(alarm.Descriptor);

        alarm.SetAfter(5 * TimeSpan.TicksPerMillisecond);
        Assert.False(watch.IsReady(0));
        Assert.True(watch.IsReady(5000));
        alarm.Acknowledge();
        Assert.False(watch.IsReady(0));

        alarm.SetAfter(-1);
        Assert.True(watch.IsReady(5000));
        alarm.Clear();
        Assert.False(watch.IsReady(0));

        alarm.SetAfter(TimeSpan.TicksPerMillisecond);
        alarm.Clear();
        Assert.False(watch.IsReady(10));
    }

    [Fact]
    public void Discarded_pages_read_as_zero_and_the_mapping_stays()
    {
        const int length = 1 << 20;
        Assert.Equal(0, MemoryMap.Map(length, out var address));
        new Span<byte>(address, length).Fill(5);

        Assert.Equal(0, MemoryMap.Discard(address + (length / 2), length / 2));

        Assert.Equal(-1, new Span<byte>(address, length / 2).IndexOfAnyExcept((byte)5));
        Assert.Equal(-1, new Span<byte>(address + (length / 2), length / 2).IndexOfAnyExcept((byte)0));
        Assert.Equal(0, MemoryMap.Unmap(address, length));
    }

    [Fact]
    public void A_mapping_larger_than_the_address_space_is_refused()
    {
        Assert.Equal(-Errno.NoMemory, MemoryMap.Map(nuint.MaxValue / 2, out var address));
        Assert.True(address is null);
    }

    [Fact]
    public void A_pinned_thread_runs_where_it_was_pinned()
    {
        var seen = new HashSet<int>();
        var target = Environment.ProcessorCount - 1;
        var thread = new Thread(() =>
        {
            Assert.Equal(0, Scheduling.PinCurrentThread(target));
            for (var i = 0; i < 50; i++)
            {
                seen.Add(Scheduling.CurrentCpu());
                Scheduling.Yield();
            }
        });
        thread.Start();
        thread.Join();

        Assert.Equal([target], seen);
        Assert.Equal(-Errno.Invalid, Scheduling.PinCurrentThread(-1));
        Assert.Equal(-Errno.Invalid, Scheduling.PinCurrentThread(8191));
    }

    [Fact]
    public void The_usage_of_a_thread_grows_while_it_works_and_counts_its_waits()
    {
        var grown = false;
        var waits = 0L;
        var thread = new Thread(() =>
        {
            Scheduling.GetThreadUsage(out var before);
            Thread.Sleep(2);
            Thread.Sleep(2);
            var usage = before;
            while (usage.ProcessorTime - before.ProcessorTime < TimeSpan.FromMilliseconds(5))
            {
                Scheduling.GetThreadUsage(out usage);
            }

            grown = usage.ProcessorTime - before.ProcessorTime < TimeSpan.FromSeconds(1);
            waits = usage.VoluntarySwitches - before.VoluntarySwitches;
        });
        thread.Start();
        thread.Join();

        Assert.True(grown);
        Assert.InRange(waits, 2, 1000);
    }

    /// <summary>An epoll for one question.</summary>
    private sealed class Watch : IDisposable
    {
        private readonly DescriptorHandle _epoll = new(Epoll.Create());
        private readonly EpollEventBuffer _events = new(1);

        public void Add(int descriptor) => Assert.Equal(0, Epoll.Add(_epoll.Descriptor, descriptor, Epoll.In, ulong.MaxValue - 5));

        public bool IsReady(int milliseconds)
        {
            var count = Epoll.Wait(_epoll.Descriptor, _events, milliseconds);
            Assert.True(count <= 0 || (_events.Events(0) == Epoll.In && _events.Data(0) == ulong.MaxValue - 5));
            return count == 1;
        }

        public void Dispose()
        {
            _events.Dispose();
            _epoll.Dispose();
        }
    }
}
