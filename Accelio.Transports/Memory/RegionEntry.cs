namespace Accelio.Transports.Memory;

/// <summary>A region of the library's memory, or memory of a user, as something that devices may know.</summary>
/// <param name="region">The region.</param>
internal sealed unsafe class RegionEntry(MemoryRegion region)
{
    private volatile IDisposable? _registration;

    /// <summary>The region.</summary>
    public MemoryRegion Region => region;

    /// <summary>Whether all of these bytes lie in the region.</summary>
    public bool Contains(byte* address, long length) => address >= region.Address && length <= region.Length - (address - region.Address);

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
