using System.Collections.Concurrent;
using Accelio.Reactive.Tests.Support;
using Xunit;

namespace Accelio.Reactive.Tests.Sessions;

/// <summary>What contexts, sessions and connections tell of themselves, by snapshots and by exceptions.</summary>
public abstract class SnapshotTests(Wire wire) : SessionTests(wire)
{
    [Fact]
    public async Task A_consumer_that_holds_its_messages_shows_at_both_ends()
    {
        var kept = new ConcurrentQueue<InboundMessage>();
        await using var pair = await OpenAsync(
            server => server.Messages.Subscribe(message => kept.Enqueue(message.Retain())),
            server: options => options.WindowMessages = 1);
        var sends = Enumerable.Range(0, 3).Select(_ => pair.Session.SendAsync(new byte[10]).AsTask()).ToArray();
        var sender = pair.Session.Connections[0];
        var receiver = pair.Accepted.Connections[0];
        await Until.TrueAsync(
            () => sender.GetSnapshot().QueuedMessages == 2 && receiver.GetSnapshot().HeldMessages == 1,
            () => $"{sender.GetSnapshot()} {receiver.GetSnapshot()}");

        var sending = sender.GetSnapshot();
        Assert.Equal((SessionState.Established, 20L), (sending.State, sending.QueuedBytes));
        Assert.Equal((0L, 1L, 10L), (sending.SendWindowMessages, sending.SentMessages, sending.SentBytes));
        var receiving = receiver.GetSnapshot();
        Assert.Equal((1L, 10L), (receiving.ReceiveWindowMessages, receiving.HeldBytes));
        Assert.Equal((1L, 10L), (receiving.ReceivedMessages, receiving.ReceivedBytes));
        Assert.Equal((1, 2, 20L), (pair.Session.GetSnapshot().Connections, pair.Session.GetSnapshot().QueuedMessages, pair.Session.GetSnapshot().QueuedBytes));
        Assert.Equal((1L, 10L), (pair.Accepted.GetSnapshot().HeldMessages, pair.Accepted.GetSnapshot().HeldBytes));

        for (var i = 0; i < sends.Length; i++)
        {
            InboundMessage next = default;
            await Until.TrueAsync(() => kept.TryDequeue(out next), () => sender.GetSnapshot().ToString());
            next.Dispose();
        }

        await Task.WhenAll(sends).WaitAsync(Pair.Limit);
        await Until.TrueAsync(
            () => receiver.GetSnapshot().HeldMessages == 0 && sender.GetSnapshot().SendWindowMessages == 1,
            () => $"{sender.GetSnapshot()} {receiver.GetSnapshot()}");
        Assert.Equal((0, 0L, 3L), (sender.GetSnapshot().QueuedMessages, sender.GetSnapshot().QueuedBytes, sender.GetSnapshot().SentMessages));
        Assert.Equal((3L, 30L, 0L), (receiver.GetSnapshot().ReceivedMessages, receiver.GetSnapshot().ReceivedBytes, receiver.GetSnapshot().HeldBytes));
    }

    [Fact]
    public async Task A_handler_at_work_shows_at_both_ends_and_in_the_exception_of_who_gave_up_waiting()
    {
        var release = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var pair = await OpenAsync(server => server.Handle(async request =>
        {
            await release.Task;
            await request.RespondAsync(new byte[1]);
        }));
        var call = pair.Session.RequestAsync(new byte[5]).AsTask();
        await Until.TrueAsync(() => pair.Accepted.GetSnapshot().RunningHandlers == 1, () => pair.Accepted.GetSnapshot().ToString());
        Assert.Equal(1, pair.Session.Connections[0].GetSnapshot().Unanswered);

        var exception = await Assert.ThrowsAsync<AccelioTimeoutException>(
            () => pair.Session.RequestAsync(new OutboundMessage(new byte[7]) { Timeout = TimeSpan.FromMilliseconds(1) }).AsTask().WaitAsync(Pair.Limit));

        var then = Assert.NotNull(exception.Snapshot);
        Assert.Equal(SessionState.Established, then.State);
        Assert.InRange(then.SentMessages, 1, 2);
        Assert.True(then.Unanswered >= 1, then.ToString());
        using var source = new CancellationTokenSource();
        var canceled = pair.Session.RequestAsync(new byte[7], source.Token).AsTask();
        await pair.ClientContext.RunAsync(_ => default);
        await source.CancelAsync();
        Assert.Equal(SessionState.Established, (await Assert.ThrowsAsync<AccelioCanceledException>(() => canceled.WaitAsync(Pair.Limit))).Snapshot?.State);
        release.SetResult();
        (await call.WaitAsync(Pair.Limit)).Dispose();
        await Until.TrueAsync(() => pair.Accepted.GetSnapshot().RunningHandlers == 0, () => pair.Accepted.GetSnapshot().ToString());
    }

    [Fact]
    public async Task What_is_lost_with_its_connection_tells_how_that_ended()
    {
        await using var pair = await OpenAsync(server => server.Handle(_ => new ValueTask(new TaskCompletionSource().Task)));
        var connection = pair.Session.Connections[0];
        var call = pair.Session.RequestAsync(new byte[5]).AsTask();
        await Until.TrueAsync(() => pair.Accepted.GetSnapshot().RunningHandlers == 1, () => pair.Accepted.GetSnapshot().ToString());

        pair.Accepted.Dispose();

        var exception = await Assert.ThrowsAsync<ConnectionLostException>(() => call.WaitAsync(Pair.Limit));
        var then = Assert.NotNull(exception.Snapshot);
        Assert.NotEqual(SessionState.Established, then.State);
        Assert.Equal((1L, 5L), (then.SentMessages, then.SentBytes));
        await pair.Session.Closed.WaitAsync(Pair.Limit);
        Assert.Equal((SessionState.Closed, 0), (pair.Session.GetSnapshot().State, pair.Session.GetSnapshot().Connections));
        Assert.Equal((SessionState.Closed, 1L), (connection.GetSnapshot().State, connection.GetSnapshot().SentMessages));
    }

    [Fact]
    public async Task A_callback_that_blocks_its_context_shows_from_outside()
    {
        using var blocked = new ManualResetEventSlim();
        using var release = new ManualResetEventSlim();
        await using var pair = await OpenAsync(server => server.Messages.Subscribe(_ =>
        {
            blocked.Set();
            Assert.True(release.Wait(Pair.Limit), "not released");
        }));
        await pair.Session.SendAsync(new byte[1]);
        Assert.True(blocked.Wait(Pair.Limit), "no message");

        var before = pair.ServerContext.GetSnapshot();
        var posted = pair.ServerContext.RunAsync(_ => default).AsTask();
        await Until.TrueAsync(() => pair.ServerContext.GetSnapshot().PostedCalls >= 1, () => pair.ServerContext.GetSnapshot().ToString());

        Assert.Equal(before.Cycles, pair.ServerContext.GetSnapshot().Cycles);
        Assert.True(before.Residents >= 2, before.ToString());
        Assert.True(before is { IsDisposed: false, MemoryReserved: > 0, BudgetTaken: > 0 }, before.ToString());
        release.Set();
        await posted.WaitAsync(Pair.Limit);
        await Until.TrueAsync(
            () => pair.ServerContext.GetSnapshot() is { PostedCalls: 0, HeldMessages: 0 } now && now.Cycles > before.Cycles,
            () => pair.ServerContext.GetSnapshot().ToString());
    }

    [Fact]
    public async Task Snapshots_allocate_nothing()
    {
        await using var pair = await OpenAsync(Pair.Echo);
        (await pair.Session.RequestAsync(new byte[5])).Dispose();
        var connection = pair.Session.Connections[0];
        long sum = 0;

        var allocated = Allocated.By(() =>
        {
            for (var i = 0; i < 1000; i++)
            {
                sum += connection.GetSnapshot().SentMessages + pair.Session.GetSnapshot().SentMessages;
                sum += Math.Sign(pair.ClientContext.GetSnapshot().Cycles);
            }
        });

        Assert.Equal(0, allocated);
        Assert.Equal(3000L * Allocated.Runs, sum);
    }
}
