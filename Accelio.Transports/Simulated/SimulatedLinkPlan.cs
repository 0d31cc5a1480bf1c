using Accelio.Transports.Polling;

namespace Accelio.Transports.Simulated;

/// <summary>What a simulated link is made from.</summary>
internal readonly struct SimulatedLinkPlan
{
    /// <summary>The owner.</summary>
    public required Poller Poller { get; init; }

    /// <summary>The kind of the link.</summary>
    public required LinkKind Kind { get; init; }

    /// <summary>Whether this side dials.</summary>
    public required bool IsClient { get; init; }

    /// <summary>The dialer's transport options.</summary>
    public required SimulatedOptions Options { get; init; }

    /// <summary>Address of this end.</summary>
    public required SimulatedEndPoint Local { get; init; }

    /// <summary>Address of the other end.</summary>
    public required SimulatedEndPoint Remote { get; init; }

    /// <summary>Stream links: whether bulk has a stream of its own, as the dialer decides.</summary>
    public bool DualStream { get; init; }

    /// <summary>Stream links: the seed of the chunking.</summary>
    public int? Seed { get; init; }

    /// <summary>Accepted links: who accepted.</summary>
    public SimulatedListener? Listener { get; init; }

    /// <summary>The plan of the end that a listener makes for the dialer of this one.</summary>
    public SimulatedLinkPlan ForListener(SimulatedListener listener, Poller poller) => new()
    {
        Poller = poller,
        Kind = Kind,
        IsClient = false,
        Options = Options,
        Local = Remote,
        Remote = Local,
        DualStream = DualStream,
        Seed = Seed,
        Listener = listener,
    };
}
