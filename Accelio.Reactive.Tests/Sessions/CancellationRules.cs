using Accelio.Reactive.Tests.Support;
using Xunit;

namespace Accelio.Reactive.Tests.Sessions;

/// <summary>Tokens and time limits: the first end wins, and says what became of the message (docs/requests-and-handlers.md).</summary>
public abstract class CancellationRules(Wire wire) : SessionTests(wire)
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_token_that_has_fired_sends_nothing(bool onContext)
    {
        await using var world = await ColdWorld.OpenAsync(Over);
        using var source = new CancellationTokenSource();
        await source.CancelAsync();

        if (onContext)
        {
            await world.Pair.ClientContext.RunAsync(_ => AssertAllAsync());
        }
        else
        {
            await AssertAllAsync();
        }

        await world.AssertGivenUpAsync(0);
        Assert.All(world.Seen, seen => Assert.Equal("next", seen));

        async ValueTask AssertAllAsync()
        {
            var session = world.Pair.Session;
            AssertUnsent(await Assert.ThrowsAsync<AccelioCanceledException>(async () => await session.RequestAsync(new byte[1], _ => 0, source.Token)));
            AssertUnsent(await Assert.ThrowsAsync<AccelioCanceledException>(async () => await session.RequestAsync(new byte[1], source.Token)));
            AssertUnsent(await Assert.ThrowsAsync<AccelioCanceledException>(async () => await session.SendAsync(new byte[1], source.Token)));
            AssertUnsent(await Assert.ThrowsAsync<AccelioCanceledException>(async () => await session.DeliverAsync(new byte[1], source.Token)));
        }

        void AssertUnsent(AccelioCanceledException canceled)
        {
            Assert.Equal(source.Token, canceled.CancellationToken);
            Assert.Equal(AbortOutcome.NotSent, canceled.Outcome);
            Assert.False(canceled.MayHaveExecuted);
        }
    }

    [Fact]
    public async Task A_request_canceled_while_the_peer_works_may_have_executed_and_the_peer_is_told()
    {
        await using var world = await ColdWorld.OpenAsync(Over);
        using var source = new CancellationTokenSource();
        var request = world.Pair.Session.RequestAsync("slow"u8.ToArray(), ColdWorld.Read, source.Token).AsTask();
        await world.ArrivedAsync();

        await source.CancelAsync();

        var canceled = await Assert.ThrowsAsync<AccelioCanceledException>(() => request.WaitAsync(Pair.Limit));
        Assert.Equal((AbortOutcome.Requested, true, source.Token), (canceled.Outcome, canceled.MayHaveExecuted, canceled.CancellationToken));
        await world.AssertGivenUpAsync(1);
    }

    [Fact]
    public async Task A_request_canceled_while_it_waits_for_the_window_was_not_sent()
    {
        await using var world = await ColdWorld.OpenAsync(Over);
        using var source = new CancellationTokenSource();
        var first = world.Pair.Session.RequestAsync("slow"u8.ToArray(), ColdWorld.Read).AsTask();
        await world.ArrivedAsync();
        var second = world.Pair.Session.RequestAsync("never"u8.ToArray(), ColdWorld.Read, source.Token).AsTask();
        await world.Pair.ClientContext.RunAsync(_ => default);

        await source.CancelAsync();

        Assert.Equal(AbortOutcome.NotSent, (await Assert.ThrowsAsync<AccelioCanceledException>(() => second.WaitAsync(Pair.Limit))).Outcome);
        world.AnswerAll();
        Assert.Equal("slow", await first.WaitAsync(Pair.Limit));
        Assert.DoesNotContain("never", world.Seen);
    }

    [Fact]
    public async Task A_token_that_fires_after_the_answer_changes_nothing()
    {
        await using var world = await ColdWorld.OpenAsync(Over);
        using var source = new CancellationTokenSource();
        var request = world.Pair.Session.RequestAsync("x"u8.ToArray(), ColdWorld.Read, source.Token).AsTask();
        await world.Pair.Session.RequestAsync("y"u8.ToArray(), ColdWorld.Read);

        await source.CancelAsync();

        Assert.Equal("x", await request.WaitAsync(Pair.Limit));
        await world.AssertGivenUpAsync(0);
    }

    [Fact]
    public async Task A_time_limit_of_the_message_goes_before_that_of_the_session_and_names_itself()
    {
        await using var world = await ColdWorld.OpenAsync(Over, client: options => options.RequestTimeout = Timeout.InfiniteTimeSpan);
        var message = new OutboundMessage("slow"u8.ToArray()) { Timeout = TimeSpan.FromMilliseconds(50) };

        var timedOut = await Assert.ThrowsAsync<AccelioTimeoutException>(() => world.Pair.Session.RequestAsync(message, ColdWorld.Read).AsTask().WaitAsync(Pair.Limit));

        Assert.Contains("00:00:00.05", timedOut.Message, StringComparison.Ordinal);
        await world.AssertGivenUpAsync(timedOut.MayHaveExecuted ? 1 : 0);
    }

    [Fact]
    public async Task A_time_out_of_the_peers_is_not_ours()
    {
        await using var pair = await OpenAsync(server => server.Handle(request => request.FailAsync(AccelioStatus.Timeout, "the peer's disk")));

        var failure = await Assert.ThrowsAsync<RequestFailedException>(async () => await pair.Session.RequestAsync(new byte[1], _ => 0));

        Assert.Equal(AccelioStatus.Timeout, failure.Status);
    }

    [Fact]
    public async Task A_receipt_that_is_awaited_may_be_given_up_too()
    {
        var kept = new TaskCompletionSource<InboundMessage>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var pair = await OpenAsync(server => server.Messages.Subscribe(message => kept.SetResult(message.Retain())));
        using var source = new CancellationTokenSource();
        var delivering = pair.Session.DeliverAsync(new byte[1], source.Token).AsTask();
        var message = await kept.Task.WaitAsync(Pair.Limit);

        await source.CancelAsync();

        Assert.True((await Assert.ThrowsAsync<AccelioCanceledException>(() => delivering.WaitAsync(Pair.Limit))).MayHaveExecuted);
        message.Dispose();
    }

    /// <summary>
    /// Tokens fire at the very moment answers come, from several threads: every call ends once, with its own answer or as canceled; nothing is left behind, and no operation serves two calls at a time.
    /// </summary>
    [Fact]
    public async Task Tokens_and_answers_that_race_leave_every_call_with_one_end_of_its_own()
    {
        const int Calls = 3_000;
        await using var pair = await OpenAsync(Pair.Echo);
        int answered = 0, canceled = 0;
        await Task.WhenAll(Enumerable.Range(0, 4).Select(worker => worker % 2 == 0
            ? Task.Run(() => LoopAsync(worker))
            : pair.ClientContext.RunAsync(_ => new ValueTask(LoopAsync(worker))).AsTask())).WaitAsync(Patience.Seconds(120));

        Assert.Equal(4 * Calls, answered + canceled);
        Assert.True(answered > 0);
        Assert.True(canceled > 0);
        var outstanding = await pair.ClientContext.RunAsync(async _ =>
        {
            for (var i = 0; i < 10_000 && ((SessionCore)pair.Session).Usable!.Machine.Tasks.Count != 0; i++)
            {
                await pair.Session.RequestAsync(new byte[1], _ => 0);
            }

            return ((SessionCore)pair.Session).Usable!.Machine.Tasks.Count;
        });
        Assert.Equal(0, outstanding);

        async Task LoopAsync(int worker)
        {
            var bodies = Enumerable.Range(0, 8).Select(_ => new byte[sizeof(int)]).ToArray();
            for (var i = 0; i < Calls; i += bodies.Length)
            {
                using var source = new CancellationTokenSource();
                var canceling = i % 3 == 0 ? Task.CompletedTask : Task.Run(source.Cancel);
                var calls = bodies.Select((body, k) => CallAsync(body, (worker << 24) | (i + k), source.Token)).ToArray();
                if (i == 8)
                {
                    // On the context no answer can have come by now: some are canceled whatever the other threads do.
                    await source.CancelAsync();
                }

                await Task.WhenAll(calls);
                await canceling;
            }
        }

        async Task CallAsync(byte[] body, int number, CancellationToken token)
        {
            BitConverter.TryWriteBytes(body, number);
            try
            {
                Assert.Equal(number, await pair.Session.RequestAsync(body, answer => BitConverter.ToInt32(answer.Payload.FirstSpan), token));
                Interlocked.Increment(ref answered);
            }
            catch (AccelioCanceledException exception)
            {
                Assert.Equal(token, exception.CancellationToken);
                Interlocked.Increment(ref canceled);
            }
        }
    }
}
