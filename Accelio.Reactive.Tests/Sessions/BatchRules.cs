using Xunit;

namespace Accelio.Reactive.Tests.Sessions;

/// <summary>Giving up many messages at once, or some by their ids: each has one outcome, and the calls end with it (docs/requests-and-handlers.md).</summary>
public abstract class BatchRules(Wire wire) : SessionTests(wire)
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Every_message_of_a_batch_has_one_outcome(bool onContext)
    {
        await using var world = await ColdWorld.OpenAsync(Over);
        var batch = world.Pair.Session.BeginBatch();
        var other = Task.FromResult("");
        MessageId answered = default, running = default, queued = default;
        Task[] tasks = [];
        if (onContext)
        {
            await world.Pair.ClientContext.RunAsync(_ => BeginAsync());
        }
        else
        {
            await BeginAsync();
        }

        var report = await batch.AbortAsync();

        Assert.Equal((AbortOutcome.AlreadyAnswered, AbortOutcome.CanceledWhileRunning, AbortOutcome.NotSent), (report[answered], report[running], report[queued]));
        Assert.Equal((1, 1, 2), (report.Count(AbortOutcome.AlreadyAnswered), report.Count(AbortOutcome.CanceledWhileRunning), report.Count(AbortOutcome.NotSent)));
        Assert.Equal(3, report.Runs.Count);
        await AssertEndedAsync(tasks[0], AbortOutcome.Requested);
        await AssertEndedAsync(tasks[1], AbortOutcome.NotSent);
        await AssertEndedAsync(tasks[2], AbortOutcome.NotSent);
        Assert.Same(report, await batch.AbortAsync());

        // What is not of the batch goes on.
        Assert.Equal("other", await other.WaitAsync(Pair.Limit));
        Assert.DoesNotContain("never", world.Seen);
        await world.AssertGivenUpAsync(1);

        async ValueTask BeginAsync()
        {
            using (await batch.RequestAsync("quick"u8.ToArray(), out answered))
            {
            }

            var slow = batch.RequestAsync("slow"u8.ToArray(), out running).AsTask();
            var never = batch.RequestAsync("never"u8.ToArray(), out queued).AsTask();
            tasks = [slow, never, batch.SendAsync("never"u8.ToArray()).AsTask()];
            other = world.Pair.Session.RequestAsync("other"u8.ToArray(), ColdWorld.Read).AsTask();
            await world.ArrivedAsync();
            await world.Pair.ClientContext.RunAsync(_ => default);
        }
    }

    [Fact]
    public async Task A_batch_that_was_aborted_sends_nothing_more()
    {
        await using var world = await ColdWorld.OpenAsync(Over);
        var batch = world.Pair.Session.BeginBatch();
        Assert.False(batch.IsAborted);

        Assert.Empty((await batch.AbortAsync()).Runs);

        Assert.True(batch.IsAborted);
        await AssertEndedAsync(batch.RequestAsync("never"u8.ToArray(), ColdWorld.Read).AsTask(), AbortOutcome.NotSent);
        await AssertEndedAsync(batch.DeliverAsync("never"u8.ToArray()).AsTask(), AbortOutcome.NotSent);
        await world.Pair.ClientContext.RunAsync(async _ => await AssertEndedAsync(batch.SendAsync("never"u8.ToArray(), CancellationToken.None).AsTask(), AbortOutcome.NotSent));
        await world.AssertGivenUpAsync(0);
        Assert.DoesNotContain("never", world.Seen);
    }

    [Fact]
    public async Task Messages_are_given_up_by_their_ids()
    {
        await using var world = await ColdWorld.OpenAsync(Over);
        var running = world.Pair.Session.RequestAsync("slow"u8.ToArray(), out var first).AsTask();
        await world.ArrivedAsync();
        var queued = world.Pair.Session.RequestAsync("never"u8.ToArray(), out var second).AsTask();
        var kept = world.Pair.Session.RequestAsync("kept"u8.ToArray(), ColdWorld.Read).AsTask();

        var one = await world.Pair.Session.AbortAsync(second);
        var range = await world.Pair.Session.AbortAsync(new MessageRange(first, second));

        Assert.Equal([new AbortRun(second, AbortOutcome.NotSent)], one.Runs);
        Assert.Equal([new AbortRun(first, AbortOutcome.CanceledWhileRunning), new AbortRun(second, AbortOutcome.Unknown)], range.Runs);
        await AssertEndedAsync(running, AbortOutcome.Requested);
        await AssertEndedAsync(queued, AbortOutcome.NotSent);
        Assert.Equal("kept", await kept.WaitAsync(Pair.Limit));
        await world.AssertGivenUpAsync(1);
    }

    [Fact]
    public async Task A_token_that_has_fired_aborts_nothing()
    {
        await using var world = await ColdWorld.OpenAsync(Over);
        using var source = new CancellationTokenSource();
        await source.CancelAsync();
        var batch = world.Pair.Session.BeginBatch();
        var request = batch.RequestAsync("slow"u8.ToArray(), ColdWorld.Read).AsTask();
        await world.ArrivedAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await batch.AbortAsync(source.Token));

        Assert.False(batch.IsAborted);
        world.AnswerAll();
        Assert.Equal("slow", await request.WaitAsync(Pair.Limit));
    }

    [Fact]
    public async Task After_the_end_of_the_session_and_its_context_everything_had_ended()
    {
        await using var world = await ColdWorld.OpenAsync(Over);
        var batch = world.Pair.Session.BeginBatch();
        var request = batch.RequestAsync("slow"u8.ToArray(), out var id).AsTask();
        await world.ArrivedAsync();
        await world.Pair.ClientContext.DisposeAsync();
        await Assert.ThrowsAsync<ConnectionLostException>(() => request.WaitAsync(Pair.Limit));

        Assert.Equal([new AbortRun(id, AbortOutcome.AlreadyAnswered)], (await batch.AbortAsync()).Runs);
        Assert.Equal([new AbortRun(id, AbortOutcome.Unknown)], (await world.Pair.Session.AbortAsync(id)).Runs);
    }

    [Fact]
    public async Task Batches_aborted_while_messages_begin_and_end_account_for_each()
    {
        await using var pair = await OpenAsync(Pair.Echo);
        for (var round = 0; round < 20; round++)
        {
            var batch = pair.Session.BeginBatch();
            var ids = new System.Collections.Concurrent.ConcurrentBag<(MessageId Id, Task<bool> WasAnswered)>();
            var sending = Enumerable.Range(0, 3).Select(worker => Task.Run(() =>
            {
                for (var i = 0; i < 60; i++)
                {
                    var request = batch.RequestAsync(new byte[8], out var id);
                    ids.Add((id, WasAnsweredAsync(request)));
                }
            })).ToArray();

            var report = await batch.AbortAsync();
            await Task.WhenAll(sending).WaitAsync(Pair.Limit);

            foreach (var (id, wasAnswered) in ids)
            {
                // What is not in the report was called when it was made already, and therefore not sent.
                Assert.Equal(report[id] == AbortOutcome.AlreadyAnswered, await wasAnswered.WaitAsync(Pair.Limit));
            }
        }

        static async Task<bool> WasAnsweredAsync(ValueTask<InboundMessage> request)
        {
            try
            {
                using var answer = await request;
                return true;
            }
            catch (AccelioCanceledException)
            {
                return false;
            }
        }
    }

    private static async Task AssertEndedAsync(Task task, AbortOutcome outcome)
    {
        var canceled = await Assert.ThrowsAsync<AccelioCanceledException>(() => task.WaitAsync(Pair.Limit));
        Assert.Equal((outcome, CancellationToken.None), (canceled.Outcome, canceled.CancellationToken));
    }
}
