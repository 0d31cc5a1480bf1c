namespace Accelio.Transports.Simulated;

/// <summary>How a <see cref="SimulatedTransport"/> makes its links. The dialer's options decide for both sides, as the client's do on the other transports.</summary>
internal sealed class SimulatedOptions
{
    /// <summary>The kind of link where the address does not say.</summary>
    public LinkKind Kind { get; init; } = LinkKind.Stream;

    /// <summary>The host on which the dialers of this transport live: their side of <see cref="Link.LocalEndPoint"/>.</summary>
    public string LocalHost { get; init; } = "localhost";

    /// <summary>Whether listeners of this transport live on <see cref="LocalHost"/> too, and have to say so; else each names the host that it likes.</summary>
    public bool IsBoundToHost { get; init; }

    /// <summary>Stream links: the seed of partial writes and reads, so that frames are cut at every place; null moves bytes in the largest pieces that fit.</summary>
    public int? Seed { get; init; }

    /// <summary>Stream links: bytes that are in flight in one direction at most.</summary>
    public int PipeCapacity { get; init; } = 256 << 10;

    /// <summary>Slot links: how many receive slots each side keeps posted, 8 to 1024; as much memory again serves the leases in place.</summary>
    public int SlotDepth { get; init; } = 64;
}
