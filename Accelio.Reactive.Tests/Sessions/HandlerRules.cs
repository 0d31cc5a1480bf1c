using System.Collections.Concurrent;
using System.Text;
using Xunit;

namespace Accelio.Reactive.Tests.Sessions;

/// <summary>Requests served: in what order handlers start, how many run, and what becomes of answers that come never, twice, late or after the end (docs/requests-and-handlers.md).</summary>
public abstract class HandlerRules(Wire wire) : SessionTests(wire)
{
    [Fact]
    public async Task Handlers_start_in_order_and_run_concurrently()
    {
        var started = new List<byte>();
        var all = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var pair = await OpenAsync(server => server.Handle(async request =>
        {
            var number = request.Payload.FirstSpan[0];
            started.Add(number);
            if (started.Count == 10)
            {
                all.SetResult();
            }

            await all.Task;
            await request.RespondAsync(new[] { number });
        }));

        var answers = await AskAsync(pair.Session, 10);

        Assert.Equal(Enumerable.Range(0, 10).Select(i => (byte)i), started);
        Assert.Equal(started, answers);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public async Task No_more_run_than_MaxConcurrentHandlers_and_they_still_start_in_order(int most)
    {
        var started = new List<byte>();
        var running = 0;
        var peak = 0;
        var full = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var pair = await OpenAsync(
            server => server.Handle(async request =>
            {
                var number = request.Payload.FirstSpan[0];
                started.Add(number);
                peak = Math.Max(peak, ++running);
                if (running == most)
                {
                    full.TrySetResult();
                }

                // The first ones go on when as many run as may.
                await full.Task;
                await Task.Yield();
                await server.HomeContext.SwitchTo();
                running--;
                await request.RespondAsync(new[] { number });
            }),
            server: options => options.MaxConcurrentHandlers = most);

        var answers = await AskAsync(pair.Session, 50);

        Assert.Equal(Enumerable.Range(0, 50).Select(i => (byte)i), started);
        Assert.Equal(started, answers);
        Assert.Equal(most, peak);
    }

    [Fact]
    public async Task Requests_that_wait_for_a_handler_keep_their_order_when_the_handler_is_replaced()
    {
        var first = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var started = new List<byte>();
        await using var pair = await OpenAsync(server: options => options.MaxConcurrentHandlers = 1);
        using var before = pair.Accepted.Handle(async request =>
        {
            started.Add(request.Payload.FirstSpan[0]);
            await first.Task;
            await request.RespondAsync(request.Payload);
        });
        var asking = AskAsync(pair.Session, 5);
        await pair.Session.DeliveredAsync(pair.Accepted);

        before.Dispose();
        var late = AskAsync(pair.Session, 3, from: 5);
        await pair.Session.DeliveredAsync(pair.Accepted);
        first.SetResult();
        using var after = pair.Accepted.Handle(request =>
        {
            started.Add(request.Payload.FirstSpan[0]);
            return request.RespondAsync(request.Payload);
        });
        await Task.WhenAll(asking, late).WaitAsync(Pair.Limit);

        Assert.Equal([0, 1, 2, 3, 4, 5, 6, 7], started);
    }

    [Fact]
    public async Task A_consumer_that_closes_the_session_with_the_first_request_that_waited_gets_no_other()
    {
        var served = 0;
        await using var pair = await OpenAsync();
        var asking = Enumerable.Range(0, 5).Select(i => pair.Session.RequestAsync(new byte[1], _ => 0).AsTask()).ToArray();
        await pair.Session.DeliveredAsync(pair.Accepted);
        using var unhandled = pair.ServerContext.UnhandledExceptions.Subscribe(exception => served = -100);

        pair.Accepted.Handle(request =>
        {
            served++;
            pair.Accepted.Dispose();
            return default;
        });
        await pair.Session.Closed.WaitAsync(Pair.Limit);

        foreach (var request in asking)
        {
            await Assert.ThrowsAnyAsync<AccelioException>(() => request);
        }

        await pair.ServerContext.RunAsync(_ => default);
        Assert.Equal(1, served);
    }

    [Fact]
    public async Task An_observer_that_throws_fails_its_request_at_once()
    {
        await using var pair = await OpenAsync(server => server.Requests.Subscribe(_ => throw new FormatException("secret")));

        var failure = await Assert.ThrowsAsync<RequestFailedException>(async () => await pair.Session.RequestAsync(new byte[1], _ => 0));

        Assert.Equal(AccelioStatus.Unsuccessful, failure.Status);
        Assert.DoesNotContain("secret", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_handlers_task_that_throws_when_it_is_looked_at_fails_its_request_and_no_other()
    {
        await using var pair = await OpenAsync(server => server.Handle(request =>
            request.PayloadLength == 1 ? new ValueTask(new BadSource(), 0) : request.RespondAsync(request.Payload)));

        var failure = await Assert.ThrowsAsync<RequestFailedException>(async () => await pair.Session.RequestAsync(new byte[1], _ => 0));

        Assert.Equal(AccelioStatus.Unsuccessful, failure.Status);
        Assert.Equal(2, await pair.Session.RequestAsync(new byte[2], answer => answer.PayloadLength));
    }

    [Fact]
    public async Task A_request_may_be_answered_long_after_its_observer_returned_and_from_any_thread()
    {
        await using var pair = await OpenAsync(server => server.Requests.Subscribe(request =>
        {
            var text = Encoding.ASCII.GetString(request.Payload);
            _ = Task.Run(() => request.RespondAsync(Encoding.ASCII.GetBytes(text + "!")));
        }));

        Assert.Equal("late!", await pair.Session.RequestAsync("late"u8.ToArray(), answer => Encoding.ASCII.GetString(answer.Payload)));
    }

    [Fact]
    public async Task A_second_answer_is_a_mistake_and_the_first_one_counts()
    {
        var outcome = new TaskCompletionSource<(Exception? Respond, Exception? Fail)>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var pair = await OpenAsync(server => server.Handle(async request =>
        {
            await request.RespondAsync("one"u8.ToArray());
            outcome.SetResult((
                await Record.ExceptionAsync(async () => await request.RespondAsync("two"u8.ToArray())),
                await Record.ExceptionAsync(async () => await request.FailAsync(AccelioStatus.NoBuffers))));
        }));

        Assert.Equal("one", await pair.Session.RequestAsync(new byte[1], answer => Encoding.ASCII.GetString(answer.Payload)));

        var (respond, fail) = await outcome.Task.WaitAsync(Pair.Limit);
        Assert.IsType<InvalidOperationException>(respond);
        Assert.IsType<InvalidOperationException>(fail);
    }

    [Fact]
    public async Task An_answer_after_the_end_of_the_session_fails_and_says_so()
    {
        var arrived = new TaskCompletionSource<InboundRequest>(TaskCreationOptions.RunContinuationsAsynchronously);
        var release = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var late = new TaskCompletionSource<Exception?>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var pair = await OpenAsync(server => server.Handle(async request =>
        {
            arrived.SetResult(request);
            await release.Task;
            late.SetResult(await Record.ExceptionAsync(async () => await request.RespondAsync(new byte[1])));
        }));
        var asking = pair.Session.RequestAsync(new byte[1], _ => 0).AsTask();
        var request = await arrived.Task.WaitAsync(Pair.Limit);

        pair.Session.Dispose();
        await pair.Accepted.Closed.WaitAsync(Pair.Limit);
        release.SetResult();

        var failure = Assert.IsType<AccelioException>(await late.Task.WaitAsync(Pair.Limit));
        Assert.Equal(AccelioStatus.MessageDiscarded, failure.Status);
        Assert.Contains("session has ended", failure.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<ConnectionLostException>(() => asking);

        // The handler has ended too: of the request nothing is left but the handle.
        await pair.ServerContext.RunAsync(_ => default);
        var forgotten = await Assert.ThrowsAsync<AccelioException>(async () => await request.RespondAsync(new byte[1]));
        Assert.Equal(AccelioStatus.MessageDiscarded, forgotten.Status);
        Assert.Equal(TimeSpan.Zero, request.Remaining);
        Assert.True(request.Canceled.IsCancellationRequested);
    }

    [Fact]
    public async Task Canceled_fires_for_every_open_request_when_the_session_ends()
    {
        const int Requests = 200;
        var ended = new CountdownEvent(Requests);
        var arrived = new CountdownEvent(Requests);
        await using var pair = await OpenAsync(server => server.Handle(async request =>
        {
            var onContext = request.PayloadLength % 2 == 0 ? request.Canceled : default;
            await Task.Yield();
            var token = request.Canceled;
            Assert.True(onContext == default || onContext == token);
            arrived.Signal();
            var waiting = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            await using var registration = token.Register(() => waiting.SetResult());
            await waiting.Task;
            ended.Signal();
        }));
        var asking = Enumerable.Range(1, Requests).Select(i => pair.Session.RequestAsync(new byte[i], _ => 0).AsTask()).ToArray();
        Assert.True(arrived.Wait(Pair.Limit));

        pair.Session.Dispose();

        Assert.True(ended.Wait(Pair.Limit));
        foreach (var request in asking)
        {
            await Assert.ThrowsAsync<ConnectionLostException>(() => request);
        }
    }

    [Fact]
    public async Task Canceled_does_not_fire_for_requests_that_were_answered()
    {
        var fired = 0;
        var tokens = new ConcurrentBag<CancellationToken>();
        await using var pair = await OpenAsync(server => server.Handle(async request =>
        {
            await using var registration = request.Canceled.Register(() => Interlocked.Increment(ref fired));
            await request.RespondAsync(request.Payload);
            Assert.True(request.Canceled.CanBeCanceled);
            tokens.Add(request.Canceled);
        }));
        for (var i = 0; i < 100; i++)
        {
            await pair.Session.RequestAsync(new byte[1], _ => 0);
        }

        await pair.Session.DisposeAsync();
        await pair.Accepted.Closed.WaitAsync(Pair.Limit);

        Assert.Equal(0, fired);
        Assert.All(tokens, token => Assert.False(token.IsCancellationRequested));
    }

    [Fact]
    public async Task What_a_callback_of_Canceled_throws_is_reported_and_hurts_nobody()
    {
        var arrived = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var reported = new TaskCompletionSource<Exception>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var pair = await OpenAsync(server =>
        {
            server.HomeContext.UnhandledExceptions.Subscribe(exception => reported.TrySetResult(exception));
            server.Requests.Subscribe(request =>
            {
                request.Canceled.Register(() => throw new FormatException("mine"));
                arrived.SetResult();
            });
        });
        var asking = pair.Session.RequestAsync(new byte[1], _ => 0).AsTask();
        await arrived.Task.WaitAsync(Pair.Limit);

        pair.Session.Dispose();

        Assert.IsType<FormatException>((await reported.Task.WaitAsync(Pair.Limit)).InnerException);
        await Assert.ThrowsAsync<ConnectionLostException>(() => asking);
        await using var next = await pair.ConnectAsync();
        Assert.Equal(SessionState.Established, next.State);
    }

    private static async Task<byte[]> AskAsync(AccelioSession session, int count, int from = 0) => await Task.WhenAll(Enumerable.Range(from, count)
        .Select(i => session.RequestAsync(new[] { (byte)i }, answer => answer.Payload.FirstSpan[0]).AsTask())).WaitAsync(Pair.Limit);

    /// <summary>A source that throws whatever it is asked.</summary>
    private sealed class BadSource : System.Threading.Tasks.Sources.IValueTaskSource
    {
        public void GetResult(short token) => throw new FormatException();

        public System.Threading.Tasks.Sources.ValueTaskSourceStatus GetStatus(short token) => System.Threading.Tasks.Sources.ValueTaskSourceStatus.Pending;

        public void OnCompleted(Action<object?> continuation, object? state, short token, System.Threading.Tasks.Sources.ValueTaskSourceOnCompletedFlags flags) =>
            throw new FormatException();
    }
}
