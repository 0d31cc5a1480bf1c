namespace Accelio.Transports.Memory;

/// <summary>Settings of a <see cref="SlabPool"/>; not changed after use.</summary>
internal sealed class SlabPoolOptions
{
    /// <summary>
    /// Bytes of large blocks (64 KiB and more) that may lie unused with their pages; above it the pages of the longest unused ones go back
    /// to the system.
    /// </summary>
    public long CacheLimit { get; init; } = 64L << 20;

    /// <summary>
    /// Whether the memory comes from the runtime's allocator instead of mappings of our own, so that no native call of ours is made.
    /// </summary>
    public bool Portable { get; init; }

    /// <summary>
    /// For tests: a released block is filled with <see cref="Slab.PoisonByte"/>, and renting it again fails when somebody has written to it
    /// in between.
    /// </summary>
    public bool Poison { get; init; }

    /// <summary>
    /// For tests: how many rents of the pool go by before a released block is used again, so that a stale reader sees poison and not
    /// somebody else's bytes.
    /// </summary>
    public int Quarantine { get; init; }
}
