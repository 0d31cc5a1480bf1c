using System.Globalization;
using Accelio.Reactive.Tests.Sessions;
using Accelio.Reactive.Tests.Support;
using Xunit;
using Xunit.Abstractions;

namespace Accelio.Reactive.Tests.History;

/// <summary>
/// Four contexts, each with a server and four clients of any of the servers, each client a thread: tokens, time limits, batches, tags, ranges, and drains by either side at random. Every request ends once, and what
/// its sender is told is what the handlers did. What is remembered is what is outstanding.
/// ACCELIO_HISTORY_SECONDS says for how long (300 is the long form), ACCELIO_HISTORY_SEED with which numbers.
/// </summary>
[Collection(Alone.Name)]
public class HistoryTests(ITestOutputHelper output)
{
    private const int Contexts = 4;
    private const int ClientsOfEach = 4;
    private static readonly double Seconds = Number("ACCELIO_HISTORY_SECONDS", 4);
    private static readonly int Seed = (int)Number("ACCELIO_HISTORY_SEED", 1);

    [Fact]
    public Task What_senders_are_told_is_what_handlers_did_over_sockets() => RunAsync(Sessions.Wire.Tcp());

    [Fact]
    public Task What_senders_are_told_is_what_handlers_did_over_the_sockets_of_the_runtime() => RunAsync(Sessions.Wire.PortableTcp());

    [Fact]
    public Task What_senders_are_told_is_what_handlers_did_over_slots() => RunAsync(Sessions.Wire.SimulatedSlots());

    private async Task RunAsync(Sessions.Wire wire)
    {
        output.WriteLine($"seed {Seed}, {Seconds} s");
        var ledger = new Ledger();
        AccelioContext[] contexts = [.. Enumerable.Range(0, Contexts).Select(i => Pair.StartContext($"context {i}", wire: wire))];
        var hosts = new Hosts(ledger);
        foreach (var context in contexts)
        {
            await hosts.ServeAsync(wire, context);
        }

        var numbers = Enumerable.Range(0, Contexts * ClientsOfEach);
        Client[] clients = [.. numbers.Select(i => new Client(ledger, contexts[i % Contexts], hosts, (Seed * Contexts * ClientsOfEach) + i))];
        using var stop = new CancellationTokenSource(TimeSpan.FromSeconds(Seconds));

        await Task.WhenAll(clients.Select(client => Task.Run(() => client.RunAsync(stop.Token)))).WaitAsync(TimeSpan.FromSeconds(Seconds) + TimeSpan.FromMinutes(3));

        var ends = clients.SelectMany(client => client.Ends).GroupBy(end => end.Key).ToDictionary(group => group.Key, group => group.Sum(end => end.Value));
        output.WriteLine($"{ends.Values.Sum()} requests");
        output.WriteLine(string.Join('\n', ends.OrderBy(end => end.Key, StringComparer.Ordinal).Select(end => $"{end.Key}: {end.Value}")));
        Assert.True(ledger.Contradictions.IsEmpty, $"seed {Seed}:\n{string.Join('\n', ledger.Contradictions.Take(5))}");
        Assert.Equal(0, ledger.Open);
        foreach (var outcome in (AbortOutcome[])[AbortOutcome.NotSent, AbortOutcome.DroppedByPeer, AbortOutcome.CanceledWhileRunning, AbortOutcome.NotAborted])
        {
            Assert.Contains(ends.Keys, end => end.EndsWith($"reported {outcome}", StringComparison.Ordinal));
        }

        Assert.Contains("refused by a drain", ends.Keys);
        await hosts.DrainAsync();
        foreach (var context in contexts)
        {
            await context.DisposeAsync();
        }
    }

    private static double Number(string variable, double otherwise) =>
        double.Parse(Environment.GetEnvironmentVariable(variable) ?? otherwise.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
}
