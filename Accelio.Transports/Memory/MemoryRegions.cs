using System.Runtime.InteropServices;
using Accelio.Native.Linux;

namespace Accelio.Transports.Memory;

/// <summary>
/// The process's stock of regions. A region is never given back to the system, because somebody may still hold a pointer into it, and
/// reading a stale pointer must not crash the process; its pages are given back, and the address range is used again by the next pool. A
/// portable region needs no call of ours to the system, and keeps its pages. Any thread; off the data path, hence the lock.
/// </summary>
internal static unsafe class MemoryRegions
{
    /// <summary>Bytes of address space in front of every region that nothing else is placed in: pointers that lie so far in front of a
    /// block point at no other object of the process.</summary>
    public const int Margin = 2 << 20;

    private const int PageLength = 4096;

    private static readonly Lock Gate = new();
    // Replaced, never changed: read without the lock.
    private static volatile RegionEntry[] _all = [];

    private static readonly Dictionary<(long Length, bool IsPortable, bool IsHuge), Stack<MemoryRegion>> Stock = [];

    /// <summary>
    /// Takes a region from the stock or from the system. <see cref="InsufficientMemoryException"/> when the system has no more.
    /// </summary>
    /// <param name="length">Bytes.</param>
    /// <param name="portable">Whether it comes from the runtime's allocator.</param>
    /// <param name="preferHuge">Whether it shall consist of huge pages, if there are any and it is long enough.</param>
    public static MemoryRegion Take(long length, bool portable, bool preferHuge = false)
    {
        if (preferHuge && !portable && length % MemoryMap.HugePage == 0)
        {
            if (TryTakeFromStock(length, portable, isHuge: true, out var huge))
            {
                return huge;
            }

            if (MemoryMap.MapHugePages((nuint)length, out var pages) >= 0)
            {
                return Enter(new MemoryRegion(pages, length, isPortable: false, isHuge: true));
            }
        }

        if (TryTakeFromStock(length, portable, isHuge: false, out var region))
        {
            return region;
        }

        if (portable)
        {
            var memory = (byte*)NativeMemory.AlignedAlloc((nuint)length + Margin, PageLength);
            return Enter(new MemoryRegion(memory + Margin, length, isPortable: true));
        }

        var result = MemoryMap.Map((nuint)length + Margin, out var address);
        return result >= 0
            ? Enter(new MemoryRegion(address + Margin, length, isPortable: false))
            : throw new InsufficientMemoryException($"mmap of {length} bytes: {Errno.Describe(result)}");
    }

    /// <summary>Puts a region into the stock; its pages go back to the system.</summary>
    public static void Give(MemoryRegion region)
    {
        Discard(region.Address, region.Length, region.IsPortable);
        lock (Gate)
        {
            var key = (region.Length, region.IsPortable, region.IsHuge);
            if (!Stock.TryGetValue(key, out var regions))
            {
                Stock.Add(key, regions = new Stack<MemoryRegion>());
            }

            regions.Push(region);
        }
    }

    /// <summary>
    /// Gives the pages of a part of a region, of which nothing is in use, back to the system, where that can be done; the content is
    /// undefined then. Pages that a device knows stay: it would go on with the old ones. The whole of a region is made unknown first.
    /// </summary>
    public static void Discard(byte* address, long length, bool portable)
    {
        var entry = Find(address, length);
        if (entry?.Registration is { } registration)
        {
            if (length < entry.Region.Length)
            {
                return;
            }

            entry.Registration = null;
            registration.Dispose();
        }

        // Huge pages that were given back might not be there again.
        if (!portable && entry is not { Region.IsHuge: true })
        {
            _ = MemoryMap.Discard(address, (nuint)length);
        }
    }

    /// <summary>The region in which all of these bytes lie; null when they lie in none. Takes no lock.</summary>
    public static RegionEntry? Find(byte* address, long length)
    {
        var all = _all;
        var low = 0;
        for (var high = all.Length; low < high;)
        {
            var middle = (low + high) / 2;
            if (all[middle].Region.Address <= address)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        return low > 0 && length <= all[low - 1].Region.Length - (address - all[low - 1].Region.Address) ? all[low - 1] : null;
    }

    private static bool TryTakeFromStock(long length, bool portable, bool isHuge, out MemoryRegion region)
    {
        region = default;
        lock (Gate)
        {
            return Stock.TryGetValue((length, portable, isHuge), out var regions) && regions.TryPop(out region);
        }
    }

    private static MemoryRegion Enter(MemoryRegion region)
    {
        lock (Gate)
        {
            var at = 0;
            while (at < _all.Length && _all[at].Region.Address < region.Address)
            {
                at++;
            }

            _all = [.. _all.AsSpan(0, at), new RegionEntry(region), .. _all.AsSpan(at)];
        }

        return region;
    }
}
