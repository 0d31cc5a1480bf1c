using System.Numerics;

namespace Accelio.Transports.Memory;

/// <summary>
/// The native memory of one poller, in blocks of powers of two from 1 KiB to 1 GiB. Memory comes from mappings that are reserved but not
/// committed: a block costs address space until its pages are touched, so renting 64 MiB for an announced body costs nothing before the
/// bytes arrive. (With <see cref="SlabPoolOptions.Portable"/> it comes from the runtime's allocator, and pages stay once they are touched.)
/// <para>
/// Threads: <see cref="Rent"/> and <see cref="CollectReturns"/> are the owner's. A block released by the owner goes straight to its free
/// list (last in, first out); one released elsewhere goes to a lock-free stack that the owner collects once per duty cycle, or when a list
/// is empty. After <see cref="Retire"/> there is no owner any more: whoever releases puts the block away under a lock, and with the last
/// one the regions go back to the process's stock.
/// </para>
/// </summary>
internal sealed class SlabPool
{
    private const int SmallestClass = 10;
    private const int LargestClass = 30;
    private const int NoOwner = 0;

    private readonly SlabPoolOptions _options;
    private readonly SizeClass[] _classes = new SizeClass[LargestClass - SmallestClass + 1];
    private readonly List<MemoryRegion> _regions = [];
    private readonly Lock _retirement = new();

    private int _owner = Environment.CurrentManagedThreadId;
    private Slab? _returned;
    private volatile bool _retired;

    // The quarantine: a queue in the order of release.
    private Slab? _quarantineFirst;
    private Slab? _quarantineLast;

    private long _rents;
    private long _rentedBlocks;
    private long _rentedBytes;
    private long _cachedBytes;
    private long _cachedLargeBytes;
    private long _reservedBytes;
    private long _hugePageBytes;

    /// <summary>Creates a pool owned by the calling thread.</summary>
    public SlabPool(SlabPoolOptions? options = null)
    {
        _options = options ?? new SlabPoolOptions();
        for (var i = 0; i < _classes.Length; i++)
        {
            _classes[i] = new SizeClass(1 << (SmallestClass + i));
        }
    }

    /// <summary>Whether memory taken from now on shall consist of huge pages, where the system has some: for devices, which look pages up. Owner thread only.</summary>
    public bool PrefersHugePages { get; set; }

    /// <summary>The settings.</summary>
    public SlabPoolOptions Options => _options;

    /// <summary>What is rented, cached and reserved. Any thread.</summary>
    public SlabPoolStatistics Statistics => new(
        Volatile.Read(ref _rentedBlocks),
        Volatile.Read(ref _rentedBytes),
        Volatile.Read(ref _cachedBytes),
        Volatile.Read(ref _reservedBytes),
        Volatile.Read(ref _hugePageBytes));

    /// <summary>
    /// Takes a block of at least so many bytes, with one hold. Owner thread only. <see cref="ArgumentOutOfRangeException"/> above
    /// <see cref="Slab.MaxLength"/>; <see cref="InsufficientMemoryException"/> when the system has no address space left.
    /// </summary>
    public Slab Rent(long minimumLength)
    {
        if ((ulong)minimumLength > Slab.MaxLength)
        {
            throw new ArgumentOutOfRangeException(nameof(minimumLength), minimumLength, $"a slab has at most {Slab.MaxLength} bytes");
        }

        if (_owner != Environment.CurrentManagedThreadId)
        {
            throw new InvalidOperationException("slabs are rented on the thread of the poller that owns the pool");
        }

        var index = minimumLength <= 1 << SmallestClass ? 0 : BitOperations.Log2((ulong)minimumLength - 1) + 1 - SmallestClass;
        var sizeClass = _classes[index];
        _rents++;
        EndQuarantine();
        if (sizeClass.IsExhausted)
        {
            CollectReturns();
            Grow(sizeClass);
        }

        var cached = sizeClass.CachedBytes;
        var slab = sizeClass.Take(this);
        AccountForCache(sizeClass, sizeClass.CachedBytes - cached);
        _rentedBlocks++;
        _rentedBytes += slab.Length;
        if (slab.IsPoisoned)
        {
            slab.CheckPoison();
        }

        slab.BeginRent();
        return slab;
    }

    /// <summary>
    /// Puts the blocks that other threads have released into the free lists; returns how many. Owner thread only. One read of memory when
    /// there are none.
    /// </summary>
    public int CollectReturns()
    {
        if (Volatile.Read(ref _returned) is null)
        {
            return 0;
        }

        var count = 0;
        for (var slab = Interlocked.Exchange(ref _returned, null); slab is not null; count++)
        {
            var next = slab.Next;
            slab.Next = null;
            TakeBack(slab);
            slab = next;
        }

        return count;
    }

    /// <summary>Makes the calling thread the owner.</summary>
    internal void Adopt() => Volatile.Write(ref _owner, _retired ? NoOwner : Environment.CurrentManagedThreadId);

    /// <summary>Leaves the pool without an owner, until the next <see cref="Adopt"/>: every release goes through the stack.</summary>
    internal void Disown() => Volatile.Write(ref _owner, NoOwner);

    /// <summary>The owner is going for good. Blocks that are still rented stay valid until they are released, whenever that is.</summary>
    internal void Retire()
    {
        Disown();
        _retired = true;
        Interlocked.MemoryBarrier(); // against Return: either it sees that the pool has retired, or the collection below sees its block
        CollectAfterRetirement();
    }

    /// <summary>Gives pages of a block back to the system, where that can be done.</summary>
    internal unsafe void Discard(byte* address, long length) => MemoryRegions.Discard(address, length, _options.Portable);

    internal void Return(Slab slab)
    {
        if (_options.Poison)
        {
            slab.Poison();
        }

        if (_owner == Environment.CurrentManagedThreadId)
        {
            TakeBack(slab);
            return;
        }

        var top = Volatile.Read(ref _returned);
        while (true)
        {
            slab.Next = top;
            var seen = Interlocked.CompareExchange(ref _returned, slab, top);
            if (ReferenceEquals(seen, top))
            {
                break;
            }

            top = seen;
        }

        if (_retired)
        {
            CollectAfterRetirement();
        }
    }

    private void CollectAfterRetirement()
    {
        lock (_retirement)
        {
            CollectReturns();
            if (_rentedBlocks > 0)
            {
                Trim(0);
                return;
            }

            foreach (var sizeClass in _classes)
            {
                sizeClass.Clear();
            }

            _quarantineFirst = _quarantineLast = null;
            _cachedBytes = _cachedLargeBytes = _reservedBytes = _hugePageBytes = 0;
            foreach (var region in _regions)
            {
                MemoryRegions.Give(region);
            }

            _regions.Clear();
        }
    }

    private void TakeBack(Slab slab)
    {
        _rentedBlocks--;
        _rentedBytes -= slab.Length;
        if (_options.Quarantine == 0)
        {
            PutIntoCache(slab);
            return;
        }

        slab.ReleasedAt = _rents;
        if (_quarantineLast is null)
        {
            _quarantineFirst = slab;
        }
        else
        {
            _quarantineLast.Next = slab;
        }

        _quarantineLast = slab;
    }

    private void EndQuarantine()
    {
        while (_quarantineFirst is { } slab && _rents - slab.ReleasedAt > _options.Quarantine)
        {
            _quarantineFirst = slab.Next;
            _quarantineLast = _quarantineFirst is null ? null : _quarantineLast;
            PutIntoCache(slab);
        }
    }

    private void PutIntoCache(Slab slab)
    {
        slab.Class.Put(slab);
        AccountForCache(slab.Class, slab.Length);
        if (_cachedLargeBytes > _options.CacheLimit)
        {
            Trim(_options.CacheLimit);
        }
    }

    /// <summary>
    /// Gives pages back until the large classes cache no more than a limit, beginning each time with the class that caches most.
    /// </summary>
    private void Trim(long limit)
    {
        // The runtime's allocator takes no pages back: its blocks are only worth something as they are.
        while (_cachedLargeBytes > limit && !_options.Portable)
        {
            var fullest = _classes[^1];
            foreach (var candidate in _classes)
            {
                fullest = candidate.IsLarge && candidate.CachedBytes > fullest.CachedBytes ? candidate : fullest;
            }

            if (!fullest.DiscardOldest())
            {
                return;
            }

            AccountForCache(fullest, -fullest.BlockLength);
        }
    }

    private void Grow(SizeClass sizeClass)
    {
        if (sizeClass.IsExhausted)
        {
            var region = MemoryRegions.Take(sizeClass.RegionLength, _options.Portable, PrefersHugePages);
            _regions.Add(region);
            _reservedBytes += region.Length;
            _hugePageBytes += region.IsHuge ? region.Length : 0;
            sizeClass.AddRegion(region);
        }
    }

    private void AccountForCache(SizeClass sizeClass, long bytes)
    {
        _cachedBytes += bytes;
        if (sizeClass.IsLarge)
        {
            _cachedLargeBytes += bytes;
        }
    }
}
