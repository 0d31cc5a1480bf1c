using System.Buffers;
using System.Globalization;
using Accelio.Reactive.Tests.Sessions;
using Accelio.Reactive.Tests.Support;
using Xunit;
using Xunit.Abstractions;

namespace Accelio.Reactive.Tests.History;

/// <summary>
/// Two servers and four clients on four contexts: tokens, time limits, batches, tags, ranges and drains at random. Every request ends once, and what its sender is told is what the handlers did.
/// ACCELIO_HISTORY_SECONDS says for how long (300 is the long form), ACCELIO_HISTORY_SEED with which numbers.
/// </summary>
[Collection(Alone.Name)]
public class HistoryTests(ITestOutputHelper output)
{
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
        AccelioContext[] contexts = [.. Enumerable.Range(0, 4).Select(i => Pair.StartContext($"context {i}", wire: wire))];
        AccelioServer[] servers = [await ServeAsync(ledger, wire, contexts[0]), await ServeAsync(ledger, wire, contexts[1])];
        Client[] clients = [.. Enumerable.Range(0, 4).Select(i => new Client(ledger, contexts[2 + (i % 2)], [.. servers.Select(server => server.EndPoint)], (Seed * 4) + i))];
        using var stop = new CancellationTokenSource(TimeSpan.FromSeconds(Seconds));

        await Task.WhenAll(clients.Select(client => Task.Run(() => client.RunAsync(stop.Token)))).WaitAsync(TimeSpan.FromSeconds(Seconds) + TimeSpan.FromMinutes(3));

        var ends = clients.SelectMany(client => client.Ends).GroupBy(end => end.Key).ToDictionary(group => group.Key, group => group.Sum(end => end.Value));
        output.WriteLine(string.Join('\n', ends.OrderBy(end => end.Key, StringComparer.Ordinal).Select(end => $"{end.Key}: {end.Value}")));
        Assert.True(ledger.Contradictions.IsEmpty, $"seed {Seed}:\n{string.Join('\n', ledger.Contradictions.Take(5))}");
        Assert.Equal(0, ledger.Open);
        foreach (var outcome in (AbortOutcome[])[AbortOutcome.NotSent, AbortOutcome.DroppedByPeer, AbortOutcome.CanceledWhileRunning, AbortOutcome.NotAborted])
        {
            Assert.Contains(ends.Keys, end => end.EndsWith($"reported {outcome}", StringComparison.Ordinal));
        }

        Assert.Contains("refused by a drain", ends.Keys);
        await Task.WhenAll(servers.Select(server => server.DrainAsync().AsTask())).WaitAsync(Pair.Limit);
        foreach (var context in contexts)
        {
            await context.DisposeAsync();
        }
    }

    private static async Task<AccelioServer> ServeAsync(Ledger ledger, Sessions.Wire wire, AccelioContext context)
    {
        var options = Pair.WithPatience(new AccelioServerOptions { Context = context, WindowMessages = 24, MaxConcurrentHandlers = 4 });
        var server = await AccelioServer.BindAsync(wire.Address, options);
        server.Handle(async request =>
        {
            Span<byte> number = stackalloc byte[sizeof(int)];
            request.Payload.Slice(0, sizeof(int)).CopyTo(number);
            var (id, canceled) = (System.Buffers.Binary.BinaryPrimitives.ReadInt32LittleEndian(number), request.Canceled);
            ledger.Begin(id);
            for (var i = id % 7; i > 0; i--)
            {
                await Task.Yield();
                if (id % 3 != 0)
                {
                    canceled.ThrowIfCancellationRequested();
                }
            }

            ledger.Answer(id);
            await request.RespondAsync(request.Payload);
        });
        return server;
    }

    private static double Number(string variable, double otherwise) =>
        double.Parse(Environment.GetEnvironmentVariable(variable) ?? otherwise.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
}
