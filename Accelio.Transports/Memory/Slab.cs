using System.Buffers;

namespace Accelio.Transports.Memory;

/// <summary>
/// A block of native memory, counted by holds: it comes out of <see cref="SlabPool.Rent"/> with one hold, and goes back to its pool when
/// the last one is released. Holding and releasing is for any thread, also after the pool's poller has stopped. The object belongs to its
/// block for ever and is used again with it, so that renting allocates nothing; as a <see cref="MemoryManager{T}"/> it stands behind
/// <see cref="Memory{T}"/> without allocating either, and refuses to show its bytes while nobody holds it. A block's content is undefined
/// when it is rented.
/// </summary>
internal sealed unsafe class Slab : MemoryManager<byte>
{
    /// <summary>Longest block, bytes.</summary>
    public const int MaxLength = 1 << 30;

    /// <summary>What released blocks are filled with when the pool poisons.</summary>
    public const byte PoisonByte = 0xDB;

    /// <summary>Poison beyond this would touch, and so commit, the pages of blocks that were mostly never used.</summary>
    private const int MaxPoisonedLength = 1 << 20;

    private readonly SlabPool _pool;
    private int _holds;

    internal Slab(SlabPool pool, SizeClass sizeClass, byte* pointer)
    {
        _pool = pool;
        Class = sizeClass;
        Pointer = pointer;
    }

    /// <summary>First byte. Page aligned from 4 KiB on, else aligned to the length.</summary>
    public byte* Pointer { get; }

    /// <summary>Length in bytes, a power of two; at least what was asked for.</summary>
    public int Length => Class.BlockLength;

    /// <summary>All bytes. The caller holds the slab.</summary>
    public Span<byte> Span => new(Pointer, Length);

    /// <summary>Whether somebody holds the slab.</summary>
    public bool IsHeld => Volatile.Read(ref _holds) > 0;

    /// <summary>How many hold it at this moment.</summary>
    public int Holds => Volatile.Read(ref _holds);

    internal SizeClass Class { get; }

    /// <summary>
    /// Neighbours in the list of the pool that the block is in. The stack of returned blocks uses <see cref="Next"/> only.
    /// </summary>
    internal Slab? Next { get; set; }

    /// <inheritdoc cref="Next"/>
    internal Slab? Previous { get; set; }

    /// <summary>The pool's count of rents when the block was released; kept for the quarantine only.</summary>
    internal long ReleasedAt { get; set; }

    /// <summary>Whether the block is filled with poison that may be checked.</summary>
    internal bool IsPoisoned { get; private set; }

    /// <summary>Adds a hold. Any thread that has one already, or was promised that one stays.</summary>
    public void Hold()
    {
        if (Interlocked.Increment(ref _holds) <= 1)
        {
            throw new InvalidOperationException("a slab was held after its last hold had been released");
        }
    }

    /// <summary>Gives up one hold; with the last one the block returns to its pool. Any thread.</summary>
    public void Release()
    {
        var holds = Interlocked.Decrement(ref _holds);
        if (holds <= 0)
        {
            if (holds < 0)
            {
                throw new InvalidOperationException("a slab was released more often than it was held");
            }

            _pool.Return(this);
        }
    }

    /// <inheritdoc/>
    public override Span<byte> GetSpan() =>
        IsHeld ? Span : throw new ObjectDisposedException(nameof(Slab), "the block went back to its pool");

    /// <summary>Adds a hold that disposing of the handle gives up.</summary>
    public override MemoryHandle Pin(int elementIndex = 0)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)elementIndex, (uint)Length, nameof(elementIndex));
        Hold();
        return new MemoryHandle(Pointer + elementIndex, pinnable: this);
    }

    /// <inheritdoc/>
    public override void Unpin() => Release();

    internal void BeginRent() => _holds = 1;

    internal void Poison()
    {
        Span[..Math.Min(Length, MaxPoisonedLength)].Fill(PoisonByte);
        if (Length > MaxPoisonedLength)
        {
            _pool.Discard(Pointer + MaxPoisonedLength, Length - MaxPoisonedLength);
        }

        IsPoisoned = true;
    }

    /// <summary>Fails when somebody wrote into the block after its release.</summary>
    internal void CheckPoison()
    {
        IsPoisoned = false;
        var offset = Span[..Math.Min(Length, MaxPoisonedLength)].IndexOfAnyExcept(PoisonByte);
        if (offset >= 0)
        {
            throw new InvalidOperationException($"byte {offset} of a block of {Length} bytes was written after its release");
        }
    }

    /// <summary>Gives the pages back to the system; the block stays.</summary>
    internal void DiscardPages()
    {
        _pool.Discard(Pointer, Length);
        IsPoisoned = false;
    }

    /// <summary>Gives up one hold.</summary>
    protected override void Dispose(bool disposing) => Release();
}
