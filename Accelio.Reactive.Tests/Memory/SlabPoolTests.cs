using System.Globalization;
using Accelio.Transports.Memory;
using Xunit;

namespace Accelio.Reactive.Tests.Memory;

public unsafe class SlabPoolTests
{
    [Theory]
    [InlineData(0, 1024)]
    [InlineData(1, 1024)]
    [InlineData(1024, 1024)]
    [InlineData(1025, 2048)]
    [InlineData(16 << 10, 16 << 10)]
    [InlineData((1 << 20) + 1, 2 << 20)]
    [InlineData(1 << 30, 1 << 30)]
    public void A_slab_has_the_next_power_of_two_and_all_of_it_can_be_addressed(int minimum, int expected)
    {
        var pool = new SlabPool();
        var slab = pool.Rent(minimum);

        Assert.Equal(expected, slab.Length);
        slab.Span[0] = 1;
        slab.Span[^1] = 2;
        Assert.Equal(2, slab.Pointer[expected - 1]);
        Assert.Equal(0, (nint)slab.Pointer % Math.Min(4096, expected));
        slab.Release();
    }

    [Theory]
    [InlineData(-1L)]
    [InlineData((1L << 30) + 1)]
    [InlineData(long.MaxValue)]
    public void Lengths_that_cannot_be_are_refused(long length) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new SlabPool().Rent(length));

    [Fact]
    public void Slabs_do_not_overlap()
    {
        var pool = new SlabPool();
        var random = new Random(7);
        var slabs = Enumerable.Range(0, 3000).Select(_ => pool.Rent(random.Next(1, 20_000))).ToArray();

        var ordered = slabs.OrderBy(slab => (nint)slab.Pointer).ToArray();

        for (var i = 1; i < ordered.Length; i++)
        {
            Assert.True(ordered[i - 1].Pointer + ordered[i - 1].Length <= ordered[i].Pointer);
        }

        Array.ForEach(slabs, slab => slab.Release());
        Assert.Equal(0, pool.Statistics.RentedBlocks);
    }

    [Fact]
    public void The_block_released_last_is_rented_first()
    {
        var pool = new SlabPool();
        var first = pool.Rent(4096);
        var second = pool.Rent(4096);
        first.Release();
        second.Release();

        Assert.Same(second, pool.Rent(4096));
        Assert.Same(first, pool.Rent(4096));
    }

    [Fact]
    public void A_slab_returns_with_its_last_hold()
    {
        var pool = new SlabPool();
        var slab = pool.Rent(100);
        slab.Hold();

        slab.Release();
        Assert.Equal(1, pool.Statistics.RentedBlocks);
        Assert.True(slab.IsHeld);

        slab.Release();
        Assert.Equal(0, pool.Statistics.RentedBlocks);
        Assert.False(slab.IsHeld);
    }

    [Fact]
    public void Releasing_or_holding_what_nobody_holds_is_an_error()
    {
        var pool = new SlabPool();
        var released = pool.Rent(100);
        released.Release();
        var other = pool.Rent(5000);
        other.Release();

        Assert.Throws<InvalidOperationException>(released.Release);
        Assert.Throws<InvalidOperationException>(other.Hold);
    }

    [Fact]
    public void As_memory_a_slab_shows_its_bytes_while_held_and_throws_afterwards()
    {
        var slab = new SlabPool().Rent(1024);
        slab.Span[10] = 42;
        var memory = slab.Memory.Slice(10, 5);
        using (var handle = memory.Pin())
        {
            Assert.Equal(42, *(byte*)handle.Pointer);
            slab.Release();
            Assert.Equal(42, memory.Span[0]); // the pin holds
        }

        Assert.Throws<ObjectDisposedException>(() => memory.Span[0]);
    }

    [Fact]
    public void Small_blocks_share_mappings_and_large_ones_cost_address_space_only()
    {
        var pool = new SlabPool();
        var before = ResidentBytes();

        var slabs = Enumerable.Range(0, 2000).Select(_ => pool.Rent(16 << 10)).ToList();
        Assert.Equal(32L << 20, pool.Statistics.ReservedBytes);
        slabs.AddRange(Enumerable.Range(0, 20).Select(_ => pool.Rent(64 << 20)));

        Assert.InRange(ResidentBytes() - before, long.MinValue, 512L << 20);
        slabs.ForEach(slab => slab.Release());
    }

    [Fact]
    public void Slabs_released_by_other_threads_come_back_when_the_owner_collects()
    {
        const int count = 20_000;
        var pool = new SlabPool();
        var handedOver = new System.Collections.Concurrent.ConcurrentQueue<Slab>();
        var done = false;
        var threads = Enumerable.Range(0, 3).Select(_ => new Thread(() =>
        {
            while (!Volatile.Read(ref done) || !handedOver.IsEmpty)
            {
                if (handedOver.TryDequeue(out var slab))
                {
                    slab.Release();
                }
            }
        })).ToArray();
        Array.ForEach(threads, thread => thread.Start());

        for (var i = 0; i < count; i++)
        {
            var slab = pool.Rent(1024);
            Assert.True(slab.IsHeld);
            *(int*)slab.Pointer = i;
            handedOver.Enqueue(slab);
            if (i % 64 == 0)
            {
                pool.CollectReturns();
            }
        }

        Volatile.Write(ref done, true);
        Array.ForEach(threads, thread => thread.Join());
        pool.CollectReturns();
        Assert.Equal(0, pool.Statistics.RentedBlocks);
        Assert.Equal(0, pool.Statistics.RentedBytes);
        Assert.InRange(pool.Statistics.ReservedBytes, 1, count * 1024L);
    }

    [Fact]
    public void An_empty_class_is_filled_from_what_other_threads_returned_before_it_grows()
    {
        var pool = new SlabPool();
        var slab = pool.Rent(8 << 20);
        OnOtherThread(slab.Release);

        Assert.Same(slab, pool.Rent(8 << 20));
    }

    [Fact]
    public void Only_the_owner_rents()
    {
        var pool = new SlabPool();
        Exception? refused = null;

        OnOtherThread(() => refused = Record.Exception(() => pool.Rent(1)));

        Assert.IsType<InvalidOperationException>(refused);
    }

    [Fact]
    public void Above_the_cache_limit_the_pages_of_the_longest_unused_large_blocks_go_back()
    {
        var pool = new SlabPool(new SlabPoolOptions { CacheLimit = 1 << 20 });
        var slabs = Enumerable.Range(0, 8).Select(_ => pool.Rent(256 << 10)).ToArray();
        foreach (var slab in slabs)
        {
            slab.Span.Fill(7);
        }

        Array.ForEach(slabs, slab => slab.Release());

        Assert.Equal(1 << 20, pool.Statistics.CachedBytes);
        Assert.All(slabs[..4], slab => Assert.Equal(0, slab.Pointer[100]));
        Assert.All(slabs[4..], slab => Assert.Equal(7, slab.Pointer[100]));
        Assert.Equal(slabs[4..].Reverse(), Enumerable.Range(0, 4).Select(_ => pool.Rent(256 << 10)));
        Assert.Contains(pool.Rent(256 << 10), slabs[..4]);
    }

    [Fact]
    public void Small_blocks_do_not_count_against_the_cache_limit()
    {
        var pool = new SlabPool(new SlabPoolOptions { CacheLimit = 0 });
        var slab = pool.Rent(1024);
        slab.Span.Fill(7);

        slab.Release();

        Assert.Equal(1024, pool.Statistics.CachedBytes);
        Assert.Equal(7, slab.Pointer[100]);
    }

    [Fact]
    public void Poison_shows_a_stale_reader_and_betrays_a_stale_writer()
    {
        var pool = new SlabPool(new SlabPoolOptions { Poison = true });
        var slab = pool.Rent(4096);
        slab.Span.Fill(1);
        slab.Release();
        Assert.Equal(-1, slab.Span.IndexOfAnyExcept(Slab.PoisonByte));

        slab.Pointer[1234] = 5;

        var exception = Assert.Throws<InvalidOperationException>(() => pool.Rent(4096));
        Assert.Contains("byte 1234", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Poisoning_a_large_block_does_not_commit_it()
    {
        var pool = new SlabPool(new SlabPoolOptions { Poison = true });
        var slab = pool.Rent(64 << 20);
        slab.Span[^1] = 1;

        slab.Release();

        Assert.Equal(Slab.PoisonByte, slab.Pointer[0]);
        Assert.Equal(0, slab.Pointer[slab.Length / 2]); // a page of zeros: given back, not filled
        Assert.Equal(0, slab.Pointer[slab.Length - 1]);
        Assert.Same(slab, pool.Rent(64 << 20));
    }

    [Fact]
    public void A_released_block_is_not_rented_again_during_its_quarantine()
    {
        var pool = new SlabPool(new SlabPoolOptions { Quarantine = 3 });
        var slab = pool.Rent(1024);
        slab.Release();

        var others = Enumerable.Range(0, 3).Select(_ => pool.Rent(1024)).ToArray();

        Assert.DoesNotContain(slab, others);
        Assert.Same(slab, pool.Rent(1024));
    }

    [Fact]
    public void Slabs_outlive_the_pool_and_the_last_one_released_gives_the_memory_to_later_pools()
    {
        const int odd = 32 << 20; // a class that no other test uses at the same time
        var pool = new SlabPool();
        var first = pool.Rent(odd);
        var second = pool.Rent(1024);
        first.Span.Fill(9);

        pool.Retire();
        Assert.Equal(9, first.Span[12345]);
        Assert.Throws<InvalidOperationException>(() => pool.Rent(1));
        OnOtherThread(first.Release);
        Assert.Equal(1, pool.Statistics.RentedBlocks);
        second.Release();

        Assert.Equal(default, pool.Statistics);
        var successor = new SlabPool().Rent(odd);
        Assert.Equal((nint)first.Pointer, (nint)successor.Pointer);
        Assert.Equal(0, successor.Span[12345]);
        Assert.Throws<ObjectDisposedException>(() => first.GetSpan());
    }

    [Fact]
    public void Releases_among_the_retirement_of_the_pool_are_all_counted()
    {
        for (var round = 0; round < 50; round++)
        {
            var pool = new SlabPool();
            var slabs = Enumerable.Range(0, 300).Select(_ => pool.Rent(1024)).ToArray();
            var threads = Enumerable.Range(0, 3)
                .Select(t => new Thread(() => Array.ForEach(slabs[(t * 100)..((t + 1) * 100)], slab => slab.Release())))
                .ToArray();
            Array.ForEach(threads, thread => thread.Start());

            pool.Retire();

            Array.ForEach(threads, thread => thread.Join());
            Assert.Equal(default, pool.Statistics);
        }
    }

    private static void OnOtherThread(Action action)
    {
        var thread = new Thread(() => action());
        thread.Start();
        thread.Join();
    }

    private static long ResidentBytes() =>
        long.Parse(File.ReadAllText("/proc/self/statm").Split(' ')[1], CultureInfo.InvariantCulture) * Environment.SystemPageSize;
}
