using Accelio.Transports;
using Accelio.Transports.Simulated;

namespace Accelio.Reactive;

/// <summary>
/// A network inside this process, for tests: servers and sessions with <c>sim://host:port</c> addresses meet on it when their contexts
/// name it in <see cref="AccelioContextOptions.SimulatedNetwork"/>. Hosts are any names, and need not be declared. Nothing on one network
/// reaches another, so each test may have its own and use whatever addresses it likes. Sessions, windows and bytes are those of every
/// other transport. Any thread.
/// </summary>
/// <remarks>
/// The URI of a session may choose for itself: <c>sim://host:port/resource?kind=slots</c> (or <c>stream</c>), and <c>seed=n</c>, see
/// <see cref="SimulatedNetwork(int)"/>.
/// </remarks>
public sealed class SimulatedNetwork
{
    private readonly SimulatedHub _hub;

    /// <summary>Creates a network that moves bytes in pieces as large as fit.</summary>
    public SimulatedNetwork()
        : this(new SimulatedHub(), seed: null)
    {
    }

    /// <summary>Creates a network whose streams cut the bytes into pieces as the seed says, at every place sooner or later: the same pieces
    /// for the same seed and the same bytes.</summary>
    public SimulatedNetwork(int seed)
        : this(new SimulatedHub(), seed)
    {
    }

    /// <summary>Creates a network over a hub that does what a test wants with what is sent.</summary>
    internal SimulatedNetwork(SimulatedHub hub, int? seed)
    {
        _hub = hub;
        Seed = seed;
    }

    /// <summary>The kind of links where a session's URI does not say.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is none of the kinds.</exception>
    public SimulatedLinkKind LinkKind
    {
        get;
        init
        {
            Check.Range((int)value, (int)SimulatedLinkKind.Stream, (int)SimulatedLinkKind.Slots, nameof(LinkKind));
            field = value;
        }
    }

    /// <summary>The seed; null without one.</summary>
    internal int? Seed { get; }

    /// <summary>The network of contexts that name none.</summary>
    internal static SimulatedNetwork Shared { get; } = new();

    /// <summary>A way onto the network, with its settings.</summary>
    internal ITransport CreateTransport()
    {
        var kind = LinkKind == SimulatedLinkKind.Slots ? Transports.LinkKind.Slots : Transports.LinkKind.Stream;
        return new SimulatedTransport(_hub, new SimulatedOptions { Kind = kind, Seed = Seed });
    }
}
