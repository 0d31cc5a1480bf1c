namespace Accelio.Transports.Memory;

/// <summary>A mapping that blocks are carved from. Never unmapped: see <see cref="MemoryRegions"/>.</summary>
internal readonly unsafe struct MemoryRegion
{
    /// <summary>Describes a mapping.</summary>
    public MemoryRegion(byte* address, long length)
    {
        Address = address;
        Length = length;
    }

    /// <summary>First byte.</summary>
    public byte* Address { get; }

    /// <summary>Length in bytes.</summary>
    public long Length { get; }
}
