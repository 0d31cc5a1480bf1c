namespace Accelio.Transports.Memory;

/// <summary>
/// The state of a <see cref="SlabPool"/>. Read from another thread than the owner's, the numbers need not be of the same moment.
/// </summary>
/// <param name="RentedBlocks">Blocks out of the pool; those released by other threads count until the owner collects them.</param>
/// <param name="RentedBytes">Bytes of those blocks.</param>
/// <param name="CachedBytes">Bytes of unused blocks that keep their pages.</param>
/// <param name="ReservedBytes">Address space taken from the system.</param>
/// <param name="HugePageBytes">How much of that consists of huge pages.</param>
internal readonly record struct SlabPoolStatistics(long RentedBlocks, long RentedBytes, long CachedBytes, long ReservedBytes, long HugePageBytes);
