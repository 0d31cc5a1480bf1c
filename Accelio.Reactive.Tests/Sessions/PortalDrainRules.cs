using System.Collections.Concurrent;
using System.Reactive.Linq;
using System.Reactive.Threading.Tasks;
using Accelio.Reactive.Tests.Support;
using Xunit;

namespace Accelio.Reactive.Tests.Sessions;

/// <summary>What becomes of messages that wait for a connection which the server drains, when their session has another one.</summary>
public abstract class PortalDrainRules(Wire wire) : SessionTests(wire)
{
    [Fact]
    public async Task What_waits_for_a_connection_that_the_server_drains_goes_out_on_another_contexts()
    {
        await using var world = await PortalWorld.OpenAsync(Over, 2, 2, options => options.WindowMessages = 1);
        await using var session = await world.ConnectAsync(2, options => options.Selection = ConnectionSelection.RoundRobin);
        var accepted = await world.AcceptedAsync(0, 2);
        using var slow = new SlowRequests(accepted);
        var received = new ConcurrentQueue<int>();
        var last = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var observing = accepted.Messages.Read(message => message.PayloadLength).Subscribe(length =>
        {
            received.Enqueue(length);
            if (received.Count == 3)
            {
                last.SetResult();
            }
        });
        var drained = accepted.Connections[0];
        var connections = session.Connections;
        await slow.FillAsync(connections);

        // Both windows are used up: half of these wait for either connection, whoever calls.
        var calls = new List<Task<int>>();
        for (var i = 0; i < 8; i++)
        {
            var length = 20_000 + i;
            calls.Add(session.RequestAsync(new byte[10 + i], answer => answer.PayloadLength).AsTask());
            calls.Add(world.ClientContexts[i % 2].RunAsync(_ => session.RequestAsync(new byte[length], answer => answer.PayloadLength)).AsTask());
        }

        var cold = Enumerable.Range(0, 4).Select(i => session.Request(new byte[30 + i], answer => answer.PayloadLength).ToTask()).ToArray();
        var sent = Enumerable.Range(0, 2).Select(i => session.SendAsync(new byte[40 + i]).AsTask()).ToArray();
        Assert.True(session.TrySend(new byte[42], out _));
        await world.FlushAsync();

        var ended = drained.DrainAsync().AsTask();
        await Until.TrueAsync(() => connections.Any(connection => connection.QueuedMessages == 0), () => "what waits was not moved");
        var late = Enumerable.Range(0, 4).Select(i => session.RequestAsync(new byte[50 + i], answer => answer.PayloadLength).AsTask()).ToArray();
        slow.Finish();

        Assert.Equal(
            Enumerable.Range(0, 8).SelectMany(i => new[] { 10 + i, 20_000 + i }),
            await Task.WhenAll(calls).WaitAsync(Pair.Limit));
        Assert.Equal(new[] { 30, 31, 32, 33 }, await Task.WhenAll(cold).WaitAsync(Pair.Limit));
        Assert.Equal(new[] { 50, 51, 52, 53 }, await Task.WhenAll(late).WaitAsync(Pair.Limit));
        await Task.WhenAll(sent).WaitAsync(Pair.Limit);
        await last.Task.WaitAsync(Pair.Limit);
        Assert.Equal([40, 41, 42], received.Order());
        await ended.WaitAsync(Pair.Limit);
    }

    [Fact]
    public async Task What_waits_for_a_connection_that_the_server_closes_goes_out_on_another_too()
    {
        await using var world = await PortalWorld.OpenAsync(Over, 2, 2, options => options.WindowMessages = 1);
        await using var session = await world.ConnectAsync(2, options => options.Selection = ConnectionSelection.RoundRobin);
        var accepted = await world.AcceptedAsync(0, 2);
        using var slow = new SlowRequests(accepted);
        var connections = session.Connections;
        await slow.FillAsync(connections);
        var calls = Enumerable.Range(10, 8).Select(i => session.RequestAsync(new byte[i], answer => answer.PayloadLength).AsTask()).ToArray();
        await world.FlushAsync();

        var closed = (ConnectionCore)accepted.Connections[0];
        closed.Core.RunOnContext(closed.Machine.Close);
        await Until.TrueAsync(() => session.Connections.Count == 1, () => "the connection was not closed");
        slow.Finish();

        Assert.Equal(Enumerable.Range(10, 8), await Task.WhenAll(calls).WaitAsync(Pair.Limit));
    }

    [Fact]
    public async Task A_batch_goes_on_at_another_connection_when_the_server_drains_one()
    {
        await using var world = await PortalWorld.OpenAsync(Over, 2, 2, options => options.WindowMessages = 1);
        await using var session = await world.ConnectAsync(2, options => options.Selection = ConnectionSelection.RoundRobin);
        var accepted = await world.AcceptedAsync(0, 2);
        using var slow = new SlowRequests(accepted);
        var drained = accepted.Connections[0];
        var connections = session.Connections;
        await slow.FillAsync(connections);
        var received = new ConcurrentQueue<int>();
        using var observing = accepted.Messages.Read(message => message.PayloadLength).Subscribe(received.Enqueue);
        var batch = session.BeginBatch();
        var calls = Enumerable.Range(0, 8).Select(i => batch.RequestAsync(new byte[10 + i], answer => answer.PayloadLength).AsTask()).ToArray();
        var delivered = Enumerable.Range(0, 4).Select(i => batch.DeliverAsync(new byte[30 + i]).AsTask()).ToArray();
        var sent = Enumerable.Range(0, 4).Select(i => batch.SendAsync(new byte[40 + i]).AsTask()).ToArray();
        await world.FlushAsync();

        var ended = drained.DrainAsync().AsTask();
        await Until.TrueAsync(() => connections.Any(connection => connection.QueuedMessages == 0), () => "what waits was not moved");
        slow.Finish();

        Assert.Equal(Enumerable.Range(10, 8), await Task.WhenAll(calls).WaitAsync(Pair.Limit));
        await Task.WhenAll(delivered).WaitAsync(Pair.Limit);
        var ids = await Task.WhenAll(sent).WaitAsync(Pair.Limit);
        await Until.TrueAsync(() => received.Count == 8, () => $"{received.Count} of 8 came");
        Assert.Equal([.. Enumerable.Range(30, 4), .. Enumerable.Range(40, 4)], received.Order());
        await ended.WaitAsync(Pair.Limit);
        var report = await batch.AbortAsync().AsTask().WaitAsync(Pair.Limit);
        Assert.Equal(16, report.Count(AbortOutcome.AlreadyAnswered));
        Assert.All(ids, id => Assert.Contains(report.Runs, run => run.Range.Contains(id)));
    }

    [Fact]
    public async Task A_batch_is_given_up_with_what_has_gone_on_at_another_connection()
    {
        await using var world = await PortalWorld.OpenAsync(Over, 2, 2, options => options.WindowMessages = 1);
        await using var session = await world.ConnectAsync(2, options => options.Selection = ConnectionSelection.RoundRobin);
        var accepted = await world.AcceptedAsync(0, 2);
        using var slow = new SlowRequests(accepted);
        var connections = session.Connections;
        await slow.FillAsync(connections);
        var batch = session.BeginBatch();
        var calls = Enumerable.Range(0, 8).Select(i => batch.RequestAsync(new byte[10 + i], answer => answer.PayloadLength).AsTask()).ToArray();
        await world.FlushAsync();
        var ended = accepted.Connections[0].DrainAsync().AsTask();
        await Until.TrueAsync(() => connections.Any(connection => connection.QueuedMessages == 0), () => "what waits was not moved");
        await world.FlushAsync();

        var report = await batch.AbortAsync().AsTask().WaitAsync(Pair.Limit);

        Assert.Equal(8, report.Count(AbortOutcome.NotSent));
        foreach (var call in calls)
        {
            await Assert.ThrowsAsync<AccelioCanceledException>(() => call);
        }

        slow.Finish();
        await ended.WaitAsync(Pair.Limit);
        Assert.Equal(2, slow.Served);
    }

    [Fact]
    public async Task Requests_for_each_item_go_on_at_another_connection_when_the_server_drains_theirs()
    {
        await using var world = await PortalWorld.OpenAsync(Over, 2, 2, options => options.WindowMessages = 1);
        await using var session = await world.ConnectAsync(2, options => options.Selection = ConnectionSelection.RoundRobin);
        var accepted = await world.AcceptedAsync(0, 2);
        using var slow = new SlowRequests(accepted);
        var connections = session.Connections;
        await slow.FillAsync(connections);
        var contexts = new ConcurrentQueue<AccelioContext?>[] { new(), new() };

        // One on each connection.
        var streams = contexts.Select(places => session.RequestEach(
            Enumerable.Range(10, 100),
            4,
            length =>
            {
                places.Enqueue(AccelioContext.Current);
                return new byte[length];
            },
            (length, answer) =>
            {
                places.Enqueue(AccelioContext.Current);
                return length == answer.PayloadLength ? length : -1;
            }).Do(_ => places.Enqueue(AccelioContext.Current)).ToList().ToTask()).ToArray();
        await Until.TrueAsync(() => connections.All(connection => connection.QueuedMessages == 4), () => "the streams have not begun");

        var ended = accepted.Connections[0].DrainAsync().AsTask();
        await Until.TrueAsync(() => connections.Any(connection => connection.QueuedMessages == 0), () => "what waits was not moved");
        slow.Finish();

        foreach (var results in await Task.WhenAll(streams).WaitAsync(Pair.Limit))
        {
            Assert.Equal(Enumerable.Range(10, 100), results.Order());
        }

        await ended.WaitAsync(Pair.Limit);
        Assert.Equal(world.ClientContexts.ToHashSet(), contexts.Select(places => Assert.Single(places.Distinct())!).ToHashSet());
    }

    [Fact]
    public async Task Requests_for_each_item_that_went_elsewhere_are_given_up_with_their_subscription()
    {
        await using var world = await PortalWorld.OpenAsync(Over, 2, 2, options => options.WindowMessages = 1);
        await using var session = await world.ConnectAsync(2, options => options.Selection = ConnectionSelection.RoundRobin);
        var accepted = await world.AcceptedAsync(0, 2);
        using var slow = new SlowRequests(accepted);
        var connections = session.Connections;
        await slow.FillAsync(connections);
        var subscriptions = Enumerable.Range(0, 2)
            .Select(_ => session.RequestEach(Enumerable.Range(10, 100), 4, length => new byte[length], (_, answer) => answer.PayloadLength).Subscribe()).ToArray();
        await Until.TrueAsync(() => connections.All(connection => connection.QueuedMessages == 4), () => "the streams have not begun");
        var ended = accepted.Connections[0].DrainAsync().AsTask();
        await Until.TrueAsync(() => connections.Any(connection => connection.QueuedMessages == 8), () => "what waits was not moved");

        foreach (var subscription in subscriptions)
        {
            subscription.Dispose();
        }

        await Until.TrueAsync(() => connections.All(connection => connection.QueuedMessages == 0), () => "what waits was not given up");
        slow.Finish();
        await ended.WaitAsync(Pair.Limit);
        Assert.Equal(2, slow.Served);
    }
}
