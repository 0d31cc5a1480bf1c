using System.Globalization;
using Accelio.Transports.Memory;
using Xunit;

namespace Accelio.Reactive.Tests.Memory;

/// <summary>Regions are found by addresses inside, and keep their pages while a device knows them.</summary>
public unsafe class MemoryRegionsTests
{
    private const int Length = 256 << 20; // no other test uses a region of this length

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_region_is_found_by_every_address_in_it_and_not_by_those_around(bool portable)
    {
        var region = MemoryRegions.Take(Length, portable);

        Assert.Equal((nint)region.Address, Start(MemoryRegions.Find(region.Address, Length)));
        Assert.Equal((nint)region.Address, Start(MemoryRegions.Find(region.Address + Length - 1, 1)));
        Assert.Null(MemoryRegions.Find(region.Address + 1, Length));
        Assert.NotEqual((nint)region.Address, Start(MemoryRegions.Find(region.Address - 1, 1)));
        Assert.NotEqual((nint)region.Address, Start(MemoryRegions.Find(region.Address + Length, 1)));

        MemoryRegions.Give(region);
        Assert.Equal((nint)region.Address, Start(MemoryRegions.Find(region.Address, 1)));
    }

    [Fact]
    public void Memory_of_others_lies_in_no_region()
    {
        var array = GC.AllocateUninitializedArray<byte>(1000, pinned: true);
        fixed (byte* p = array)
        {
            Assert.Null(MemoryRegions.Find(p, array.Length));
        }
    }

    [Fact]
    public void Pages_that_a_device_knows_stay_and_the_last_to_leave_a_region_makes_it_unknown()
    {
        var region = MemoryRegions.Take(Length, portable: false);
        var registration = new Registration();
        MemoryRegions.Find(region.Address, 1)!.Registration = registration;
        region.Address[Length / 2] = 7;

        MemoryRegions.Discard(region.Address, Length - 4096, portable: false);
        Assert.Equal(7, region.Address[Length / 2]);
        Assert.Equal(0, registration.Ends);

        MemoryRegions.Give(region);
        Assert.Equal(1, registration.Ends);
        Assert.Null(MemoryRegions.Find(region.Address, 1)!.Registration);
        Assert.Equal(0, region.Address[Length / 2]);
    }

    private static nint Start(RegionEntry? entry) => entry is null ? 0 : (nint)entry.Region.Address;

    private sealed class Registration : IDisposable
    {
        public int Ends { get; private set; }

        public void Dispose() => Ends++;
    }

    [Fact]
    public unsafe void Huge_pages_are_taken_where_there_are_some_and_ordinary_ones_where_there_are_none()
    {
        const int Length = 4 << 20;
        var enough = File.ReadLines("/proc/meminfo").Any(line => line.StartsWith("HugePages_Free", StringComparison.Ordinal) && int.Parse(line.Split(':')[1], CultureInfo.InvariantCulture) > Length >> 20);

        var region = MemoryRegions.Take(Length, portable: false, preferHuge: true);

        Assert.Equal((enough, (long)Length), (region.IsHuge, region.Length));
        new Span<byte>(region.Address, Length).Fill(7);
        MemoryRegions.Give(region);
        var again = MemoryRegions.Take(Length, portable: false, preferHuge: true);
        Assert.Equal(region.IsHuge, again.IsHuge);
        Assert.False(MemoryRegions.Take(Length, portable: false).IsHuge);
        MemoryRegions.Give(again);
    }
}
