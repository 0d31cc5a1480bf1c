using System.Reactive.Concurrency;
using Accelio.Transports;
using Accelio.Transports.Simulated;

namespace Accelio.Reactive;

/// <summary>
/// A network inside this process, for tests: servers and sessions with <c>sim://host:port</c> addresses meet on it when their contexts
/// name it in <see cref="AccelioContextOptions.SimulatedNetwork"/>, as those of <see cref="CreateContext"/> do. Nothing on one network
/// reaches another, so each test may have its own and use whatever addresses it likes. Sessions, windows and bytes are those of every
/// other transport. Any thread.
/// <para>
/// Hosts are any names, and come into being when a context, a server or a session of theirs does. Without more, every way between them is ideal;
/// <see cref="Faults"/>, <see cref="At"/> and <see cref="AtStep"/> give ways delays and limits, and break what can break. A network that was made with a
/// scheduler runs in its time, where the same seed makes the same story, and <see cref="Run(Func{Task}, TimeSpan?)"/>, <see cref="AdvanceTo"/> and
/// <see cref="RunUntilIdle"/> let time pass; one without runs in real time, on the threads of its contexts.
/// </para>
/// </summary>
/// <remarks>
/// The URI of a session may choose for itself: <c>sim://host:port/resource?kind=slots</c> (or <c>stream</c>), and <c>seed=n</c>, see
/// <see cref="SimulatedNetwork(int)"/>.
/// </remarks>
public sealed partial class SimulatedNetwork : IDisposable
{
    private readonly SimulatedHub _hub;
    private readonly SchedulerDriver? _driver;
    private readonly Lock _gate = new();
    private readonly Dictionary<string, SimulatedHost> _hosts = [];

    /// <summary>Creates a network in real time that moves bytes in pieces as large as fit.</summary>
    public SimulatedNetwork()
        : this(new SimulatedHub(), seed: null)
    {
    }

    /// <summary>Creates a network in real time whose streams cut the bytes into pieces as the seed says, at every place sooner or later: the same pieces
    /// for the same seed and the same bytes.</summary>
    public SimulatedNetwork(int seed)
        : this(new SimulatedHub(), seed)
    {
    }

    /// <summary>Creates a network in the time of a scheduler: of a <c>TestScheduler</c>, a <see cref="HistoricalScheduler"/> or another one.</summary>
    /// <param name="scheduler">Drives the contexts that <see cref="CreateContext"/> makes, and everything that is under way.</param>
    /// <param name="seed">Where all chance comes from: jitter, damage, lateness, ids, and the pieces into which streams cut the bytes, which are as large
    /// as fit without a seed.</param>
    public SimulatedNetwork(IScheduler scheduler, int? seed = null)
        : this(new SimulatedHub(), seed, scheduler)
    {
    }

    /// <summary>Creates a network over a hub that does what a test wants with what is sent.</summary>
    internal SimulatedNetwork(SimulatedHub hub, int? seed, IScheduler? scheduler = null)
    {
        _hub = hub;
        Seed = seed;
        Scheduler = scheduler;
        Wires.Seed = seed.GetValueOrDefault();
        if (scheduler is not null)
        {
            _driver = SchedulerDriver.For(scheduler);
            _clock = VirtualClock.For(scheduler);
        }

        Faults = new SimulatedFaults(this, static action => action(), isInside: false);
        _began = ReadTime();
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

    /// <summary>The conditions of ways of which nothing else was said; within a host there are none.</summary>
    /// <exception cref="ArgumentNullException">Null; <see cref="SimulatedConditions.Ideal"/> is the usual.</exception>
    public SimulatedConditions UsualConditions
    {
        get;
        init
        {
            Check.NotNull(value, nameof(UsualConditions));
            field = value;
            Wires.Usual = value.ToWire();
        }
    }

    = SimulatedConditions.Ideal;

    /// <summary>In the time of a scheduler: how late a context may be each time it has something to do, by chance, as threads are that the
    /// system wakes. What one context gives to another, and every limit, is late by that; the order of what happens in different contexts is
    /// another one for each seed. Zero, the default, is never late.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Negative.</exception>
    public TimeSpan ContextDelay
    {
        get;
        init
        {
            Check.Range(value.Ticks, 0, long.MaxValue, nameof(ContextDelay));
            field = value;
        }
    }

    /// <summary>The scheduler; null in real time.</summary>
    public IScheduler? Scheduler { get; }

    /// <summary>The seed; null without one.</summary>
    public int? Seed { get; }

    /// <summary>What can be done to the network, now. A network without a host of a name refuses to do anything to it.</summary>
    public SimulatedFaults Faults { get; }

    /// <summary>The hosts that there are, by name.</summary>
    public IReadOnlyList<string> HostNames => Wires.HostNames;

    /// <summary>The network of contexts that name none.</summary>
    internal static SimulatedNetwork Shared { get; } = new();

    /// <summary>What the network is made of.</summary>
    internal SimulatedWires Wires => _hub.Wires;

    /// <summary>A host, made now if there is none of that name.</summary>
    /// <param name="name">Any name that a URI takes; upper and lower case are the same.</param>
    /// <exception cref="ArgumentException">No URI takes the name.</exception>
    public SimulatedHost Host(string name)
    {
        Check.Text(name, nameof(name));
        if (Uri.CheckHostName(name) == UriHostNameType.Unknown)
        {
            throw new ArgumentException($"'{name}' cannot be the host of a sim:// URI: use letters, digits, dots and hyphens.", nameof(name));
        }

        var key = name.ToLowerInvariant();
        lock (_gate)
        {
            if (!_hosts.TryGetValue(key, out var host))
            {
                host = new SimulatedHost(this, key);
                _hosts.Add(key, host);
                Wires.Declare(key);
            }

            return host;
        }
    }

    /// <summary>Makes a context on a host: driven by the scheduler, or with a thread of its own on a network in real time. Its sessions come from
    /// there, its servers listen there, and it ends when the host crashes.</summary>
    /// <param name="host">The host; made now if there is none of that name.</param>
    /// <param name="options">Settings; copied. The network and the host are set here, and the name is that of the host unless there is another.</param>
    /// <exception cref="ArgumentException">An option or the name makes no sense; the message says which and why.</exception>
    /// <exception cref="InvalidOperationException">The host is down.</exception>
    public AccelioContext CreateContext(string host, AccelioContextOptions? options = null) => Host(host).CreateContext(options);

    /// <summary>Cuts off everything that lives on contexts of hosts of this network, and ends them; what was planned does not happen. For the end of a test: nothing is waited for, and no time passes.</summary>
    public void Dispose()
    {
        SimulatedHost[] hosts;
        lock (_gate)
        {
            hosts = [.. _hosts.Values];
            _planned.ForEach(timer => timer.Dispose());
        }

        foreach (var host in hosts)
        {
            host.End();
        }
    }

    /// <summary>A way onto the network, with its settings.</summary>
    /// <param name="host">The host of the context; null where it has none.</param>
    internal ITransport CreateTransport(string? host)
    {
        var kind = LinkKind == SimulatedLinkKind.Slots ? Transports.LinkKind.Slots : Transports.LinkKind.Stream;
        var options = new SimulatedOptions { Kind = kind, Seed = Seed };
        var transport = new SimulatedTransport(
            _hub,
            host is null ? options : new SimulatedOptions { Kind = kind, Seed = Seed, LocalHost = host.ToLowerInvariant(), IsBoundToHost = true });
        return LinksStay ? new StayingTransport(transport) : transport;
    }

    /// <summary>Whether links live on the contexts at whose portals they come in, as those of devices do; else a server may have them live on any of its contexts.</summary>
    internal bool LinksStay { get; init; }

    /// <summary>A context that has been made names this network.</summary>
    internal void Enter(PollerContext context)
    {
        if (ContextDelay > TimeSpan.Zero && context.Poller is SchedulerPoller poller)
        {
            var random = new WireRandom(Wires.Seed, $"context {poller.Number}");
            var limit = ContextDelay.Ticks + 1;
            poller.Lateness = () => random.Next(limit);
        }

        if (context.Options.SimulatedHost is { } host)
        {
            Host(host).Enter(context);
        }
    }

    /// <summary>Stops listening at every address of a host that went down.</summary>
    internal void RemoveListeners(string host) => _hub.RemoveAll(host);
}
