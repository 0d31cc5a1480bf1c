namespace Accelio.Transports.Memory;

/// <summary>A region, for those who find it by an address inside.</summary>
/// <param name="region">The region.</param>
internal sealed class RegionEntry(MemoryRegion region)
{
    private volatile IDisposable? _registration;

    /// <summary>The region.</summary>
    public MemoryRegion Region => region;

    /// <summary>
    /// What makes the region known to devices: while it is there, no pages of the region go back to the system. Set by whoever uses memory in
    /// the region; disposed of when all of it has become unused.
    /// </summary>
    public IDisposable? Registration
    {
        get => _registration;
        set => _registration = value;
    }
}
