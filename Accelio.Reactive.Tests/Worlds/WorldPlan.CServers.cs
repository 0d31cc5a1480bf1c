namespace Accelio.Reactive.Tests.Worlds;

/// <content>Servers on libxio in the places of ours. Drawn apart, so that worlds without them stay as they were before.</content>
internal sealed partial class WorldPlan
{
    private CServerPlan?[] _cServers = [];

    /// <summary>A server on libxio; null for one of ours.</summary>
    public CServerPlan? CServerOf(int server) => _cServers.ElementAtOrDefault(server);

    private void AddCServers()
    {
        _random = new Random(Seed ^ 0x6C078965);
        if (Migrates || !Chance(20))
        {
            return;
        }

        _cServers = [.. Enumerable.Range(0, Servers).Select(_ => Chance(70) ? NewCServer() : null)];
        IsC = [.. Slots.Select((slot, number) => IsC[number] && CServerOf(slot.Server) is null)];

        // A C program has no failures to send, and is not told that nobody waits any more: it answers then, too.
        Steps = [.. Steps.Select(step => CServerOf(Slots[step.Slot].Server) is null || step.Answer == AnswerKind.WaitForCancel ? step : step with { Answer = AnswerKind.Echo })];
    }

    // With a depth of a few messages libxio's updates use up all credits.
    private CServerPlan NewCServer() => new(
        (CGreeting)_random.Next(3),
        Depth: Chance(50) ? _random.Next(8, 24) : 0,
        MaxUnanswered: Chance(40) ? _random.Next(2, 20) : 1024);
}
