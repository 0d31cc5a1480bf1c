namespace Accelio.Reactive.Tests.Worlds;

/// <summary>A random world: who is there, what they do when, and what happens to them; all of it from a seed. Migrations and paths are in <c>.Journeys</c>, servers on libxio in <c>.CServers</c>.</summary>
internal sealed partial class WorldPlan
{
    private static readonly (StepKind Kind, int Weight)[] Weights =
    [
        (StepKind.Ask, 90), (StepKind.Send, 20), (StepKind.Deliver, 20), (StepKind.Connect, 2), (StepKind.AbortTag, 3), (StepKind.Drain, 2), (StepKind.Close, 2),
        (StepKind.BreakOff, 2), (StepKind.DrainServer, 1), (StepKind.Cut, 2), (StepKind.CutOneEnd, 2), (StepKind.Silence, 1), (StepKind.Stall, 2),
        (StepKind.Partition, 2), (StepKind.PartitionOneWay, 2), (StepKind.Freeze, 2), (StepKind.Crash, 2), (StepKind.PowerOff, 1),
    ];

    private Random _random;

    /// <param name="seed">The seed.</param>
    /// <param name="age">Since when there are such worlds.</param>
    public WorldPlan(int seed, WorldAge age = WorldAge.CServers)
    {
        Seed = seed;
        _random = new Random(seed);
        Servers = _random.Next(1, 4);
        Clients = _random.Next(1, 4);
        Slots = [.. Enumerable.Range(0, _random.Next(1, 7)).Select(_ => (_random.Next(Clients), _random.Next(Servers)))];
        Kind = Chance(30) ? SimulatedLinkKind.Slots : SimulatedLinkKind.Stream;
        HasPieces = Chance(50);
        IsDual = Chance(30);
        OwnLinks = Chance(50);
        Conditions = new SimulatedConditions
        {
            Latency = Chance(50) ? Milliseconds(5) : TimeSpan.Zero,
            Jitter = Chance(50) ? Milliseconds(5) : TimeSpan.Zero,
            Bandwidth = Chance(20) ? _random.Next(200_000, 20_000_000) : 0,
        };
        ContextDelay = Chance(30) ? Milliseconds(2) : TimeSpan.Zero;
        WindowMessages = Chance(50) ? _random.Next(2, 20) : 4096;
        WindowBytes = Chance(30) ? _random.Next(1, 5) << 20 : 64 << 20;
        MaxConcurrentHandlers = Chance(50) ? _random.Next(1, 6) : 65536;
        HasFaults = Chance(80);

        var at = TimeSpan.Zero;
        var steps = Enumerable.Range(0, Slots.Count).Select(slot => NewStep(slot, at, StepKind.Connect, slot)).ToList();
        for (var (number, last) = (Slots.Count, Slots.Count + _random.Next(20, 200)); number < last; number++)
        {
            at += Chance(60) ? TimeSpan.Zero : Chance(90) ? Milliseconds(20) : Milliseconds(3000);
            steps.Add(NewStep(number, at, NewKind(), _random.Next(Slots.Count)));
        }

        Steps = steps;
        End = at;
        ServerContexts = Chance(30) ? _random.Next(2, 4) : 1;
        ClientContexts = Chance(30) ? _random.Next(2, 4) : 1;
        SharesPort = Chance(50);
        Resume = Chance(40);
        var hasC = Chance(30) && ServerContexts == 1;
        IsC = [.. Slots.Select(_ => hasC && Chance(60))];
        CReconnects = Chance(60);
        if (age >= WorldAge.Journeys)
        {
            AddJourneys();
        }

        if (age >= WorldAge.CServers)
        {
            AddCServers();
        }
    }

    public int Seed { get; }

    public int Servers { get; }

    public int Clients { get; }

    /// <summary>Contexts, and so portals, of each server.</summary>
    public int ServerContexts { get; }

    /// <summary>Contexts of each client; with more than one its sessions have a connection on each.</summary>
    public int ClientContexts { get; }

    public bool SharesPort { get; }

    /// <summary>Whether sessions go on over another link when theirs is lost.</summary>
    public bool Resume { get; }

    /// <summary>Which slots have a client on libxio instead of ours.</summary>
    public IReadOnlyList<bool> IsC { get; private set; }

    /// <summary>Whether those come back when their link is lost, and may.</summary>
    public bool CReconnects { get; }

    /// <summary>Who talks to whom.</summary>
    public IReadOnlyList<(int Client, int Server)> Slots { get; }

    public SimulatedLinkKind Kind { get; }

    public bool HasPieces { get; }

    public bool IsDual { get; }

    public bool OwnLinks { get; }

    public SimulatedConditions Conditions { get; }

    public TimeSpan ContextDelay { get; }

    public int WindowMessages { get; }

    public long WindowBytes { get; }

    public int MaxConcurrentHandlers { get; }

    public bool HasFaults { get; }

    public IReadOnlyList<WorldStep> Steps { get; private set; }

    /// <summary>When the last step begins.</summary>
    public TimeSpan End { get; }

    /// <inheritdoc/>
    public override string ToString() =>
        $"{Servers} servers, {Clients} clients, slots {string.Join(' ', Slots)}, {Kind}, pieces {HasPieces}, dual {IsDual}, own links {OwnLinks}, latency {Conditions.Latency.TotalMilliseconds}, "
        + $"jitter {Conditions.Jitter.TotalMilliseconds}, bandwidth {Conditions.Bandwidth}, late {ContextDelay.TotalMilliseconds}, window {WindowMessages} / {WindowBytes}, handlers {MaxConcurrentHandlers}, "
        + $"contexts {ClientContexts} to {ServerContexts}, one port {SharesPort}, resume {Resume}, C clients {string.Join(' ', IsC)}, come back {CReconnects}, "
        + $"migrations {Migrates}, hand-over {HandsOver} {HandOverTime.TotalMilliseconds}, paths {Paths}, lets go {LetsGo}, C servers {string.Join(' ', Enumerable.Range(0, Servers).Select(CServerOf))}";

    private bool Chance(int percent) => _random.Next(100) < percent;

    private TimeSpan Milliseconds(int most) => TimeSpan.FromMicroseconds(_random.Next(most * 1000));

    private StepKind NewKind()
    {
        var draw = _random.Next(Weights.Sum(one => one.Weight));
        foreach (var (kind, weight) in Weights)
        {
            if ((draw -= weight) < 0)
            {
                return kind < StepKind.Cut || HasFaults ? kind : StepKind.Ask;
            }
        }

        return StepKind.Ask;
    }

    private WorldStep NewStep(int number, TimeSpan at, StepKind kind, int slot) => new(
        number,
        at,
        kind,
        slot,
        Length: Chance(80) ? _random.Next(WorldMessage.HeadLength, 200) : Chance(95) ? _random.Next(1000, 70_000) : _random.Next(100_000, 1 << 22),
        Time: Chance(60) ? TimeSpan.Zero : Chance(70) ? Milliseconds(50) : Milliseconds(15_000),
        Limit: Chance(20) ? Milliseconds(100) + TimeSpan.FromTicks(1) : null,
        CancelAfter: Chance(15) ? Milliseconds(100) : null,
        Answer: Chance(80) ? AnswerKind.Echo : (AnswerKind)_random.Next(5),
        Other: Chance(60),
        Near: $"c{Slots[slot].Client}",
        Far: $"s{Slots[slot].Server}");
}
