namespace Accelio.Transports.Memory;

/// <summary>
/// The blocks of one size in a <see cref="SlabPool"/>: those with pages, those whose pages were given back, and the region that new ones
/// are carved from. Owner thread only.
/// </summary>
internal sealed unsafe class SizeClass
{
    /// <summary>From this length on, a block's pages are worth giving back.</summary>
    private const int LargeLength = 64 << 10;
    private const long SmallRegion = 1L << 20;
    private const long MediumRegion = 4L << 20;

    private Slab? _newest;
    private Slab? _oldest;
    private Slab? _discarded;
    private byte* _uncarved;
    private long _uncarvedLength;

    /// <summary>Creates the class of blocks of <paramref name="blockLength"/> bytes.</summary>
    public SizeClass(int blockLength) => BlockLength = blockLength;

    /// <summary>Length of the blocks in bytes.</summary>
    public int BlockLength { get; }

    /// <summary>Whether cached blocks count against the pool's limit.</summary>
    public bool IsLarge => BlockLength >= LargeLength;

    /// <summary>Bytes of unused blocks that keep their pages.</summary>
    public long CachedBytes { get; private set; }

    /// <summary>
    /// How much is mapped at a time: small blocks share a mapping, so that thousands of links do not cost a mapping each.
    /// </summary>
    public long RegionLength => BlockLength switch
    {
        < 256 << 10 => SmallRegion,
        <= 1 << 20 => MediumRegion,
        _ => BlockLength,
    };

    /// <summary>Whether a region must be added before <see cref="Take"/> can succeed.</summary>
    public bool IsExhausted => _newest is null && _discarded is null && _uncarvedLength == 0;

    /// <summary>Gives the class a region to carve blocks from; the previous one is used up.</summary>
    public void AddRegion(MemoryRegion region)
    {
        _uncarved = region.Address;
        _uncarvedLength = region.Length;
    }

    /// <summary>
    /// The block most likely to be in a processor's cache: the last one put here, else one without pages, else a new one.
    /// </summary>
    public Slab Take(SlabPool pool)
    {
        var slab = _newest;
        if (slab is not null)
        {
            Unlink(slab);
            return slab;
        }

        slab = _discarded;
        if (slab is not null)
        {
            _discarded = slab.Next;
            slab.Next = null;
            return slab;
        }

        slab = new Slab(pool, this, _uncarved);
        _uncarved += BlockLength;
        _uncarvedLength -= BlockLength;
        return slab;
    }

    /// <summary>Takes back a block, with its pages.</summary>
    public void Put(Slab slab)
    {
        slab.Next = _newest;
        slab.Previous = null;
        if (_newest is null)
        {
            _oldest = slab;
        }
        else
        {
            _newest.Previous = slab;
        }

        _newest = slab;
        CachedBytes += BlockLength;
    }

    /// <summary>Gives the pages of the block that has been unused for longest back to the system.</summary>
    public bool DiscardOldest()
    {
        var slab = _oldest;
        if (slab is null)
        {
            return false;
        }

        Unlink(slab);
        slab.DiscardPages();
        slab.Next = _discarded;
        _discarded = slab;
        return true;
    }

    /// <summary>Forgets every block: the regions go elsewhere.</summary>
    public void Clear()
    {
        _newest = _oldest = _discarded = null;
        _uncarvedLength = 0;
        CachedBytes = 0;
    }

    private void Unlink(Slab slab)
    {
        if (slab.Previous is null)
        {
            _newest = slab.Next;
        }
        else
        {
            slab.Previous.Next = slab.Next;
        }

        if (slab.Next is null)
        {
            _oldest = slab.Previous;
        }
        else
        {
            slab.Next.Previous = slab.Previous;
        }

        slab.Next = slab.Previous = null;
        CachedBytes -= BlockLength;
    }
}
