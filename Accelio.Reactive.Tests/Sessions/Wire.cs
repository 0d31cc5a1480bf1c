namespace Accelio.Reactive.Tests.Sessions;

/// <summary>What a test's sessions run over: one instance per test, so that tests do not meet.</summary>
public sealed class Wire
{
    private readonly Action<AccelioContextOptions> _configure;
    private readonly bool _isLean;

    private Wire(string address, Action<AccelioContextOptions> configure, bool isLean = false)
    {
        Address = new Uri(address);
        _configure = configure;
        _isLean = isLean;
    }

    /// <summary>Where a server listens: on any port that is free.</summary>
    public Uri Address { get; }

    /// <summary>Sockets, by the poller of our own.</summary>
    public static Wire Tcp(TimeProvider? time = null) => OverTcp(TcpEngine.Epoll, time);

    /// <summary>Sockets of the runtime.</summary>
    public static Wire PortableTcp() => OverTcp(TcpEngine.Portable);

    /// <summary>The same for tests that count bytes or many messages: leases are not audited.</summary>
    public static Wire LeanTcp() => new("tcp://127.0.0.1:0", _ => { }, isLean: true);

    /// <summary>Slots for tests that count many messages: leases are not audited.</summary>
    public static Wire LeanSimulatedSlots()
    {
        var network = new SimulatedNetwork { LinkKind = SimulatedLinkKind.Slots };
        return new("sim://server:0", options => options.SimulatedNetwork = network, isLean: true);
    }

    /// <summary>Queue pairs, at an address of a device.</summary>
    public static Wire Rdma(System.Net.IPAddress address) => new($"rdma://{address}:0", _ => { });

    /// <summary>The same for tests that count bytes: leases are not audited.</summary>
    public static Wire LeanRdma(System.Net.IPAddress address) => new($"rdma://{address}:0", _ => { }, isLean: true);

    /// <summary>Streams in memory, cut at every place.</summary>
    public static Wire SimulatedStreams() => Simulated(new SimulatedNetwork(1847));

    /// <summary>Slots, credits and fetched bodies in memory.</summary>
    public static Wire SimulatedSlots() => Simulated(new SimulatedNetwork { LinkKind = SimulatedLinkKind.Slots });

    /// <summary>Options of a context on this wire, on which every misuse of message memory shows.</summary>
    public AccelioContextOptions Options(string name)
    {
        var options = new AccelioContextOptions { Name = name, PoisonReleasedMemory = true, QuarantineReleasedMemory = 32, AuditLeases = !_isLean };
        _configure(options);
        return options;
    }

    private static Wire OverTcp(TcpEngine engine, TimeProvider? time = null) => new("tcp://127.0.0.1:0", options =>
    {
        options.TcpEngine = engine;
        options.TimeProvider = time ?? options.TimeProvider;
    });

    private static Wire Simulated(SimulatedNetwork network) => new("sim://server:0", options => options.SimulatedNetwork = network);
}
