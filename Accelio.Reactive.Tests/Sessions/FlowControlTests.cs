using System.Collections.Concurrent;
using Accelio.Reactive.Tests.Support;
using Xunit;

namespace Accelio.Reactive.Tests.Sessions;

/// <summary>Windows from one application to the other: what waits for them, and what never does.</summary>
public abstract class FlowControlTests(Wire wire) : SessionTests(wire)
{
    private const int LongestBody = 64 << 20;

    [Fact]
    public async Task With_a_window_of_one_message_everything_arrives_in_order_and_is_answered()
    {
        var seen = new ConcurrentQueue<int>();
        await using var pair = await OpenAsync(
            server =>
            {
                Pair.Echo(server);
                server.Messages.Read(m => BitConverter.ToInt32(m.Payload.FirstSpan)).Subscribe(seen.Enqueue);
            },
            server: options => options.WindowMessages = 1,
            client: options => options.WindowMessages = 1);

        var sends = Enumerable.Range(0, 200).Select(i => pair.Session.SendAsync(BitConverter.GetBytes(i)).AsTask()).ToArray();
        var calls = Enumerable.Range(0, 200)
            .Select(i => pair.Session.RequestAsync(BitConverter.GetBytes(i), m => BitConverter.ToInt32(m.Payload.FirstSpan)).AsTask())
            .ToArray();

        Assert.Equal(Enumerable.Range(0, 200), await Task.WhenAll(calls).WaitAsync(Pair.Limit));
        await Task.WhenAll(sends).WaitAsync(Pair.Limit);
        Assert.Equal(Enumerable.Range(0, 200), seen);
    }

    [Fact]
    public async Task Bodies_of_64_MiB_pass_a_window_of_one_message_and_64_KiB()
    {
        var body = Pair.Bytes(LongestBody);
        await using var pair = await OpenAsync(
            server => server.Handle(request => request.RespondAsync(new byte[] { request.Payload.FirstSpan.SequenceEqual(body) ? (byte)1 : (byte)0 })),
            server: options =>
            {
                options.WindowMessages = 1;
                options.WindowBytes = 64 << 10;
            });

        var calls = Enumerable.Range(0, 3).Select(_ => pair.Session.RequestAsync(body, m => m.Payload.FirstSpan[0]).AsTask());

        Assert.Equal(new byte[] { 1, 1, 1 }, await Task.WhenAll(calls).WaitAsync(Pair.Limit));
        Assert.Equal(3L * LongestBody, pair.Session.GetSnapshot().SentBytes);
    }

    [Fact]
    public async Task A_consumer_that_stops_reading_stops_its_sender_and_no_other_session_of_the_link()
    {
        var kept = new ConcurrentQueue<InboundMessage>();
        await using var pair = await OpenAsync(Pair.Echo, server: options => options.WindowMessages = 1, client: options => options.LinkGroup = "one");
        using var consumer = pair.Accepted.Messages.Subscribe(message => kept.Enqueue(message.Retain()));
        await using var other = await pair.ConnectAsync(options => options.LinkGroup = "one");
        Assert.Equal(pair.Session.LocalEndPoint, other.LocalEndPoint);

        var sends = Enumerable.Range(0, 2).Select(_ => pair.Session.SendAsync(new byte[1]).AsTask()).ToArray();
        await Until.TrueAsync(() => kept.Count == 1 && pair.Session.GetSnapshot().QueuedMessages == 1, () => pair.Session.GetSnapshot().ToString());
        var tried = await pair.ClientContext.RunAsync(_ => ValueTask.FromResult(pair.Session.TrySend(new byte[1], out var _)));
        for (var i = 0; i < 100; i++)
        {
            (await other.RequestAsync(new byte[1]).AsTask().WaitAsync(Pair.Limit)).Dispose();
        }

        Assert.False(tried);
        Assert.Equal((1, 1), (kept.Count, pair.Session.GetSnapshot().QueuedMessages));
        kept.Single().Dispose();
        await Task.WhenAll(sends).WaitAsync(Pair.Limit);
        await Until.TrueAsync(() => kept.Count == 2, () => pair.Accepted.GetSnapshot().ToString());
        kept.Last().Dispose();
    }

    [Fact]
    public async Task Responses_and_receipts_do_not_wait_for_a_window()
    {
        var kept = new ConcurrentQueue<InboundMessage>();
        await using var pair = await OpenAsync(
            server => server.Messages.Subscribe(message => kept.Enqueue(message.Retain())),
            server: options => options.WindowMessages = 1);
        using var answering = pair.Session.Handle(request => request.RespondAsync(request.Payload));
        using var reading = pair.Session.Messages.Subscribe(_ => { });
        await pair.Session.SendAsync(new byte[1]);
        await Until.TrueAsync(() => kept.Count == 1, () => "no message");
        Assert.Equal(0, pair.Session.Connections[0].GetSnapshot().SendWindowMessages);

        // The client may send nothing of its own; what it answers goes all the same.
        Assert.Equal(20_000, await pair.Accepted.RequestAsync(new byte[20_000], m => m.PayloadLength).AsTask().WaitAsync(Pair.Limit));
        Assert.True((await pair.Accepted.DeliverAsync(new byte[1]).AsTask().WaitAsync(Pair.Limit)).Accepted);

        Assert.Equal(0, pair.Session.Connections[0].GetSnapshot().SendWindowMessages);
        kept.Single().Dispose();
    }
}
