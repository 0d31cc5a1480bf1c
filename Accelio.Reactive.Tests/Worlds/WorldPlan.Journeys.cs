using System.Globalization;

namespace Accelio.Reactive.Tests.Worlds;

/// <content>
/// What was added later: sessions that are moved from server to server, and sessions with several paths of which each breaks alone; handlers that let go of requests before they answer, and clients that give
/// requests up while their bodies are still under way, or while there is no link. Drawn apart, so that worlds stay as they were before.
/// </content>
internal sealed partial class WorldPlan
{
    private static readonly StepKind[] LinkFaults = [StepKind.Cut, StepKind.CutOneEnd, StepKind.Silence, StepKind.Stall, StepKind.Partition, StepKind.PartitionOneWay];

    /// <summary>Whether servers move their sessions to each other; one more server is there for it.</summary>
    public bool Migrates { get; private set; }

    /// <summary>Whether what was served is handed over with the session, or the client begins a new one.</summary>
    public bool HandsOver { get; private set; }

    /// <summary>How long it takes either server to hand it over.</summary>
    public TimeSpan HandOverTime { get; private set; }

    /// <summary>What the sessions do with the two addresses of their host; null where it has none but its name.</summary>
    public PathMode? Paths { get; private set; }

    /// <summary>Whether handlers let go of some requests before they answer them.</summary>
    public bool LetsGo { get; private set; }

    /// <summary>All servers.</summary>
    public int Hosts => Migrates ? Servers + 1 : Servers;

    /// <summary>Whether each session has one connection.</summary>
    public bool IsOrdered => ClientContexts == 1 && Paths != PathMode.ActiveActive;

    /// <summary>The addresses of a client.</summary>
    public static string AddressOf(int client, int path) => $"10.{client}.0.{path + 1}";

    /// <summary>Draws them.</summary>
    private void AddJourneys()
    {
        _random = new Random(Seed ^ 0x2545F491);
        Migrates = Resume && Chance(60);
        HandsOver = Chance(75);
        HandOverTime = Chance(50) ? Milliseconds(100) : TimeSpan.Zero;
        Paths = !Resume || Chance(60) ? null : ClientContexts == 1 && Chance(50) ? PathMode.ActiveStandby : PathMode.ActiveActive;
        var steps = new List<WorldStep>(Steps);
        for (var (left, from) = (Migrates ? _random.Next(1, 9) : 0, 0); left > 0; left--)
        {
            // Where sessions are: at the servers where they were opened, and at the last one to which some were moved.
            from = Chance(60) ? Slots[_random.Next(Slots.Count)].Server : from;
            var move = Journey(StepKind.Migrate, Steps[_random.Next(Steps.Count)].At, from);
            steps.Add(move with { Limit = move.Limit ?? TimeSpan.FromSeconds(10) });
            if (HasFaults && Chance(50))
            {
                // In the middle of it, between any two of those who take part.
                var kind = Chance(80) ? LinkFaults[_random.Next(LinkFaults.Length)] : Chance(50) ? StepKind.Crash : StepKind.Freeze;
                var fault = Journey(kind, move.At + (HandOverTime * (2 * _random.NextDouble())) + Milliseconds(10), from);
                steps.Add(Chance(40) ? fault with { Near = move.Near, Far = move.Far } : fault with { Near = $"c{_random.Next(Clients)}", Far = Chance(60) ? move.Near : move.Far });
            }

            from = int.Parse(move.Far.AsSpan(1), CultureInfo.InvariantCulture);
        }

        for (var left = Paths is not null && HasFaults ? _random.Next(1, 10) : 0; left > 0; left--)
        {
            var fault = Journey(LinkFaults[_random.Next(LinkFaults.Length)], Steps[_random.Next(Steps.Count)].At + Milliseconds(5), _random.Next(Hosts));
            steps.Add(fault with { Near = AddressOf(_random.Next(Clients), _random.Next(2)) });
        }

        // A body that comes behind its header, and is overtaken by the word that nobody wants it.
        for (var left = (IsDual || Kind == SimulatedLinkKind.Slots) && Chance(40) ? _random.Next(5, 20) : 0; left > 0; left--)
        {
            var ask = NewStep(steps.Count, Steps[_random.Next(Steps.Count)].At, StepKind.Ask, _random.Next(Slots.Count));
            steps.Add(ask with { Length = _random.Next(20_000, 1 << 20), Limit = null, CancelAfter = Milliseconds(10), Time = TimeSpan.Zero, Answer = AnswerKind.WaitForCancel });
        }

        LetsGo = Chance(30);

        // A request that is given up while there is no link: its handler hears of it when there is one.
        for (var left = Resume && HasFaults && Chance(40) ? _random.Next(1, 4) : 0; left > 0; left--)
        {
            var ask = NewStep(steps.Count, Steps[_random.Next(Steps.Count)].At, StepKind.Ask, _random.Next(Slots.Count));
            steps.Add(ask with { Limit = null, CancelAfter = TimeSpan.FromMilliseconds(50) + Milliseconds(100), Time = TimeSpan.Zero, Answer = AnswerKind.WaitForCancel });
            var lost = ask with { Number = steps.Count, At = ask.At + TimeSpan.FromMilliseconds(40), Kind = StepKind.Cut };
            steps.Add(lost);
            steps.Add(lost with { Number = steps.Count, Kind = StepKind.Partition, Time = TimeSpan.FromMilliseconds(200) + Milliseconds(1000) });
        }

        Steps = steps;

        WorldStep Journey(StepKind kind, TimeSpan at, int from) =>
            NewStep(steps.Count, at, kind, _random.Next(Slots.Count)) with { Near = $"s{from}", Far = $"s{(from + _random.Next(1, Math.Max(2, Hosts))) % Hosts}" };
    }
}
