using Accelio.Transports.Memory;

namespace Accelio.Transports;

/// <summary>One read or write of memory of the peer, by the devices. Used again by its owner. Poller thread only.</summary>
internal abstract unsafe class DirectOperation
{
    /// <summary>Whether it writes; else it reads.</summary>
    public bool IsWrite { get; set; }

    /// <summary>Where in the peer's memory.</summary>
    public ulong RemoteAddress { get; set; }

    /// <summary>The key to it.</summary>
    public uint RemoteKey { get; set; }

    /// <summary>The bytes here: in one of the library's regions or in <see cref="Region"/>, until it is done.</summary>
    public byte* Local { get; set; }

    /// <summary>How many bytes; at least 1, and short enough, some hundred KiB, that others on the link need not wait for long.</summary>
    public int Length { get; set; }

    /// <summary>The memory that <see cref="Local"/> lies in, when it is none of the library's regions but devices may know it all the same.</summary>
    public RegionEntry? Region { get; set; }

    /// <summary>It is done, by <see cref="LinkError.None"/> and a null text, or the link has ended with an error before it was. The device does not touch the memory any more.</summary>
    public abstract void OnDone(LinkError error, string? detail);
}
