using Accelio.Native.Linux;

namespace Accelio.Transports.Memory;

/// <summary>
/// The process's stock of mappings. A mapping is never given back to the system, because somebody may still hold a pointer into it, and
/// reading a stale pointer must not crash the process; its pages are given back, and the address range is used again by the next pool. Any
/// thread; off the data path, hence the lock.
/// </summary>
internal static unsafe class MemoryRegions
{
    private static readonly Lock Gate = new();
    private static readonly Dictionary<long, Stack<MemoryRegion>> Stock = [];

    /// <summary>
    /// Takes a mapping from the stock or from the system. <see cref="InsufficientMemoryException"/> when the system has no more.
    /// </summary>
    public static MemoryRegion Take(long length)
    {
        lock (Gate)
        {
            if (Stock.TryGetValue(length, out var regions) && regions.TryPop(out var region))
            {
                return region;
            }
        }

        var result = MemoryMap.Map((nuint)length, out var address);
        return result >= 0
            ? new MemoryRegion(address, length)
            : throw new InsufficientMemoryException($"mmap of {length} bytes: {Errno.Describe(result)}");
    }

    /// <summary>Puts a mapping into the stock; its pages go back to the system.</summary>
    public static void Give(MemoryRegion region)
    {
        _ = MemoryMap.Discard(region.Address, (nuint)region.Length);
        lock (Gate)
        {
            if (!Stock.TryGetValue(region.Length, out var regions))
            {
                Stock.Add(region.Length, regions = new Stack<MemoryRegion>());
            }

            regions.Push(region);
        }
    }
}
