using System.Collections.Concurrent;
using Accelio.Reactive.Tests.Sessions;
using Accelio.Reactive.Tests.Support;
using Xunit;

namespace Accelio.Reactive.Tests.Messages;

/// <summary>Held leases of one session never slow another on the same link, never block control frames, and never exhaust slots or buffers.</summary>
public class HeldLeasesTests
{
    private const int Window = 4096;
    private const int Depth = 64;
    private const int Requests = 1_000_000;

    [Fact]
    public Task All_leases_of_one_session_are_held_while_another_goes_on_over_the_same_sockets() =>
        HoldAndGoOnAsync(Sessions.Wire.LeanTcp());

    [Fact]
    public Task All_leases_of_one_session_are_held_while_another_goes_on_over_the_same_slots() =>
        HoldAndGoOnAsync(Sessions.Wire.LeanSimulatedSlots());

    private static async Task HoldAndGoOnAsync(Sessions.Wire wire)
    {
        var kept = new ConcurrentQueue<InboundMessage>();
        await using var pair = await Pair.OpenAsync(
            server =>
            {
                server.Messages.Subscribe(message => kept.Enqueue(message.Retain()));
                Pair.Echo(server);
            },
            server: options => options.WindowMessages = Window,
            client: options => options.LinkGroup = "one",
            wire: wire);
        await using var other = await pair.ConnectAsync(options => options.LinkGroup = "one");
        for (var i = 0; i < Window; i++)
        {
            await pair.Session.SendAsync(Body(i)).AsTask().WaitAsync(Pair.Limit);
        }

        var refused = pair.Session.SendAsync(new OutboundMessage(Body(Window)) { Timeout = Timeout.InfiniteTimeSpan }).AsTask();
        var lanes = Enumerable.Range(0, Depth);
        var going = pair.ClientContext.RunAsync(async _ => await Task.WhenAll(lanes.Select(lane => AskAsync(other, lane))));
        await going.AsTask().WaitAsync(TimeSpan.FromMinutes(5));

        Assert.False(refused.IsCompleted);
        Assert.Equal(Window, kept.Count);
        Assert.All(kept.Select((message, i) => (message, i)), item => Assert.Equal(Body(item.i), item.message.Detach().Payload.ToArray()));
        Assert.All(kept, message => message.Dispose());
        await refused.WaitAsync(Pair.Limit);
        await Until.TrueAsync(() => kept.Count == Window + 1, () => $"{kept.Count}");
        Assert.All(kept, message => message.Dispose());
    }

    private static byte[] Body(int number) => Pair.Bytes(1 + (number % 300));

    private static async Task AskAsync(AccelioSession session, int lane)
    {
        var body = BitConverter.GetBytes(lane);
        for (var i = 0; i < Requests / Depth; i++)
        {
            if (await session.RequestAsync(body, static answer => BitConverter.ToInt32(answer.Payload.FirstSpan)) != lane)
            {
                throw new InvalidOperationException($"request {i} of lane {lane} got another's answer");
            }
        }
    }
}
