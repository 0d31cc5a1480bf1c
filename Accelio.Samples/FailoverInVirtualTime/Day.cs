using System.Reactive.Concurrency;
using Accelio.Reactive;

namespace Accelio.Samples.FailoverInVirtualTime;

/// <summary>A day on a network that breaks: two servers, three desks with two traders each, one of whom has resume, and every two minutes something goes wrong.</summary>
internal sealed class Day(int seed)
{
    private static readonly string[] Servers = ["paris", "london"];
    private static readonly string[] Desks = ["ann", "bob", "eve"];
    private static readonly TimeSpan Peace = TimeSpan.FromMinutes(1.75);

    private readonly Random _random = new(seed);

    /// <summary>Lets it pass.</summary>
    public Outcome Run(TimeSpan time)
    {
        var scheduler = new HistoricalScheduler(new DateTimeOffset(2000, 1, 1, 0, 0, 0, TimeSpan.Zero));
        using var trace = new Trace(scheduler);
        using var network = new SimulatedNetwork(scheduler, seed)
        {
            UsualConditions = new SimulatedConditions { Latency = TimeSpan.FromMilliseconds(10), Jitter = TimeSpan.FromMilliseconds(3) },
        };
        var outcome = new Outcome(seed) { Time = time };
        foreach (var name in Servers)
        {
            network.Host(name).Run(host => PriceServer.RunAsync(host, trace, seed));
        }

        for (var i = 0; i < Desks.Length; i++)
        {
            var first = 2 * i;
            network.Host(Desks[i]).Run(host => RunDeskAsync(host, first, trace, outcome));
        }

        for (var at = Wait(Peace); at < time; at += Peace + Wait(Peace / 3))
        {
            outcome.Faults++;
            Plan(network, at, trace);
        }

        network.AdvanceTo(time);
        (outcome.Happenings, outcome.Hash) = (trace.Count, trace.GetHash());
        return outcome;
    }

    // The two traders of a desk share a link as long as they talk to the same server; those of the last have links of their own.
    private static async Task RunDeskAsync(SimulatedHost host, int first, Trace trace, Outcome outcome)
    {
        var context = host.CreateContext();
        var ownLink = host.Name == Desks[^1];
        await Task.WhenAll(
            new Trader($"{host.Name}.1", first, resume: false, Servers, trace, outcome).RunAsync(context, ownLink),
            new Trader($"{host.Name}.2", first + 1, resume: true, Servers, trace, outcome).RunAsync(context, ownLink));
    }

    private void Plan(SimulatedNetwork network, TimeSpan at, Trace trace)
    {
        var (server, desk, length) = (Any(Servers), Any(Desks), TimeSpan.FromSeconds(15) + Wait(TimeSpan.FromSeconds(30)));
        var (now, then) = (network.At(at), network.At(at + length));
        var fault = _random.Next(6);
        now.Do(() => trace.Tell("fault", $"{fault}: {server}, {desk}, {length}"));
        switch (fault)
        {
            case 0:
                now.Crash(server);
                then.Restart(server);
                break;
            case 1:
                now.PowerOff(server);
                then.Restart(server);
                break;
            case 2:
                now.Isolate(server);
                then.HealAll();
                break;
            case 3:
                now.Freeze(server, length);
                break;
            case 4:
                now.CutLinks(desk, Servers[0]).CutLinks(desk, Servers[1]);
                break;
            default:
                now.SilenceLinks(desk, Servers[0]).SilenceLinks(desk, Servers[1]);
                break;
        }
    }

    private TimeSpan Wait(TimeSpan most) => most * _random.NextDouble();

    private string Any(string[] names) => names[_random.Next(names.Length)];
}
