namespace Accelio.Transports.Memory;

/// <summary>Memory that blocks are carved from, which is never given back (see <see cref="MemoryRegions"/>), or pinned memory of a user.</summary>
internal readonly unsafe struct MemoryRegion
{
    /// <summary>Describes a region.</summary>
    public MemoryRegion(byte* address, long length, bool isPortable, bool isHuge = false)
    {
        IsHuge = isHuge;
        Address = address;
        Length = length;
        IsPortable = isPortable;
    }

    /// <summary>First byte.</summary>
    public byte* Address { get; }

    /// <summary>Length in bytes.</summary>
    public long Length { get; }

    /// <summary>Whether it consists of huge pages, which stay until the process ends.</summary>
    public bool IsHuge { get; }

    /// <summary>Whether it comes from the runtime's allocator, which keeps pages until all of it is freed.</summary>
    public bool IsPortable { get; }
}
