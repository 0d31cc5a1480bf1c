using System.Reactive.Linq;
using Accelio.Reactive.Tests.Support;
using Xunit;
using Xunit.Abstractions;

namespace Accelio.Reactive.Tests.Simulated;

/// <summary>
/// Bytes that are changed, cut off, repeated and out of order, below the frames, by many seeds: whatever one client's link does, every call ends, the link ends by a name where frames cannot be read,
/// nothing is left of it, and the server serves another client all the time. ACCELIO_SEED runs one seed, ACCELIO_WORLDS says how many.
/// </summary>
public class DamageTests(ITestOutputHelper output)
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    [Fact]
    public void A_seed_that_is_no_number_is_refused()
    {
        Assert.Equal((7, null), (Seeds.Parse("ACCELIO_SEED", "7"), Seeds.Parse("ACCELIO_SEED", null)));
        Assert.Contains("ACCELIO_SEED is 'seven'", Assert.Throws<FormatException>(() => Seeds.Parse("ACCELIO_SEED", "seven")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Damaged_links_end_by_name_leave_nothing_and_disturb_nobody()
    {
        var reasons = new Dictionary<string, int>();
        foreach (var seed in Seeds.Take(150))
        {
            try
            {
                var reason = Run(seed);
                reasons[reason] = reasons.GetValueOrDefault(reason) + 1;
            }
            catch (Exception exception)
            {
                throw new InvalidOperationException($"ACCELIO_SEED={seed}: {exception.Message}", exception);
            }
        }

        output.WriteLine(string.Join('\n', reasons.OrderByDescending(reason => reason.Value).Select(reason => $"{reason.Value,5} {reason.Key}")));
        if (Seeds.Only is null)
        {
            // It is not always the same field that is hit.
            var violations = reasons.Keys.Where(reason => reason.StartsWith("ProtocolViolation: ", StringComparison.Ordinal));
            Assert.True(violations.Count() > 6, string.Join(", ", reasons.Keys));
        }
    }

    private static string Run(int seed)
    {
        var random = new Random(seed);
        double Rate() => random.Next(2) == 0 ? 0 : random.NextDouble() / 5;
        var damage = new SimulatedConditions { Damage = new SimulatedDamage { Corrupt = Rate(), Truncate = Rate(), Repeat = Rate(), Reorder = Rate() } };
        using var world = new NetworkWorld(seed % 3 == 0 ? SimulatedLinkKind.Slots : SimulatedLinkKind.Stream, seed: seed);
        world.Serve("server", options => options.ResponseTimeout = Second * 20);
        var bystander = world.Connect("server");
        var spoiled = world.Network.CreateContext("spoiled");
        var server = Assert.Single(world.Network.Host("server").Contexts);

        if (seed % 2 == 0)
        {
            world.Network.Faults.SetConditions("spoiled", "server", damage);
        }

        var calls = new List<Task>();
        var session = world.Network.Run(() => TryConnectAsync(spoiled, dual: seed % 5 == 0));
        world.Network.Faults.SetConditions("spoiled", "server", damage);
        for (var i = 0; i < 30; i++)
        {
            if (session is not null)
            {
                var length = random.Next(4) == 0 ? random.Next(200_000) : random.Next(100);
                calls.Add(random.Next(3) == 0 ? session.DeliverAsync(new byte[length]).AsTask() : NetworkWorld.AskAsync(session, length));
            }

            world.Network.AdvanceBy(TimeSpan.FromMilliseconds(random.Next(10)));
            Assert.Equal(9, world.Network.Run(() => NetworkWorld.AskAsync(bystander, 9), Second));
        }

        world.Network.AdvanceBy(TimeSpan.FromMinutes(2));
        Assert.All(calls, call => Assert.True(call.IsCompleted, "a call hangs"));
        Assert.All(calls, call => Assert.True(call.Exception?.InnerException is null or AccelioException, $"{call.Exception}"));
        var reason = Reason(world, session);
        session?.Dispose();
        world.Network.Faults.CutLinks("spoiled", "server");
        world.Network.AdvanceBy(TimeSpan.FromMinutes(2));
        Assert.Equal(9, world.Network.Run(() => NetworkWorld.AskAsync(bystander, 9), Second));
        bystander.Dispose();
        world.Network.AdvanceBy(TimeSpan.FromMinutes(2));
        Assert.Equal(((0L, 0L, 0L, 1), (0L, 0L, 0L, 0)), (Held(server), Held(spoiled)));
        return reason;
    }

    private static async Task<AccelioSession?> TryConnectAsync(AccelioContext context, bool dual)
    {
        try
        {
            var options = new AccelioSessionOptions { Context = context, OwnLink = true, DualSocket = dual, IdleLinkTimeout = TimeSpan.Zero };
            return await AccelioSession.ConnectAsync(new Uri("sim://server:1"), options);
        }
        catch (AccelioException)
        {
            return null;
        }
    }

    // Either end may be the one that finds the error; the other sees a reset.
    private static string Reason(NetworkWorld world, AccelioSession? session)
    {
        var ends = new List<SessionClosed>(world.ServerEnds);
        session?.Events.OfType<SessionClosed>().Subscribe(ends.Add);
        world.Network.AdvanceBy(TimeSpan.FromTicks(1));
        var found = ends.Find(end => end.Reason == CloseReason.ProtocolViolation) ?? ends.FirstOrDefault();
        return found is not null ? $"{found.Reason}: {found.Detail.Split(':')[0]}" : session is null ? "not connected" : "survived";
    }

    private static (long, long, long, int) Held(AccelioContext context)
    {
        var snapshot = context.GetSnapshot();
        return (snapshot.HeldMessages, snapshot.MemoryInUse, snapshot.BudgetTaken, snapshot.Residents);
    }
}
