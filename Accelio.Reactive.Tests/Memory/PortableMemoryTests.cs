using Accelio.Transports.Memory;
using Xunit;

namespace Accelio.Reactive.Tests.Memory;

/// <summary>Pools over the allocator of the runtime, where mappings of our own are not to be had.</summary>
public unsafe class PortableMemoryTests
{
    [Theory]
    [InlineData(1, 1024)]
    [InlineData(16 << 10, 16 << 10)]
    [InlineData((1 << 20) + 1, 2 << 20)]
    [InlineData(64 << 20, 64 << 20)]
    public void A_slab_is_as_long_and_as_aligned_as_any_other(int minimum, int expected)
    {
        var pool = new SlabPool(new SlabPoolOptions { Portable = true });
        var slab = pool.Rent(minimum);

        Assert.Equal(expected, slab.Length);
        Assert.Equal(0, (nint)slab.Pointer % Math.Min(4096, expected));
        slab.Span[0] = 1;
        slab.Span[^1] = 2;
        slab.Release();
        pool.Retire();
        Assert.Equal(default, pool.Statistics);
    }

    [Fact]
    public void Pages_stay_above_the_cache_limit_too_and_are_used_again()
    {
        var pool = new SlabPool(new SlabPoolOptions { Portable = true, CacheLimit = 0 });
        var slab = pool.Rent(1 << 20);
        slab.Span.Fill(7);

        slab.Release();

        Assert.Equal(1 << 20, pool.Statistics.CachedBytes);
        Assert.Same(slab, pool.Rent(1 << 20));
        Assert.Equal(7, slab.Pointer[100]);
    }

    [Fact]
    public void Poison_shows_a_stale_reader_and_betrays_a_stale_writer()
    {
        var pool = new SlabPool(new SlabPoolOptions { Portable = true, Poison = true });
        var slab = pool.Rent(2 << 20);
        slab.Span.Fill(1);
        slab.Release();
        Assert.Equal(Slab.PoisonByte, slab.Pointer[0]);

        slab.Pointer[1234] = 5;

        var exception = Assert.Throws<InvalidOperationException>(() => pool.Rent(2 << 20));
        Assert.Contains("byte 1234", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_region_goes_to_later_pools_of_its_kind_only()
    {
        const int odd = 128 << 20; // a class that no other test uses at the same time
        var pool = new SlabPool(new SlabPoolOptions { Portable = true });
        var slab = pool.Rent(odd);
        slab.Release();
        pool.Retire();

        var foreign = new SlabPool().Rent(odd);
        var successor = new SlabPool(new SlabPoolOptions { Portable = true }).Rent(odd);

        Assert.NotEqual((nint)slab.Pointer, (nint)foreign.Pointer);
        Assert.Equal((nint)slab.Pointer, (nint)successor.Pointer);
        foreign.Release();
        successor.Release();
    }
}
