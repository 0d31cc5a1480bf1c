using Accelio.Reactive.Tests.Tcp;
using Xunit;

namespace Accelio.Reactive.Tests.Sessions;

/// <summary>How long a request may be answered, by a clock that the test moves.</summary>
public class AnswerTimeRules
{
    private readonly SteppedTime _time = new();

    [Fact]
    public async Task A_handler_that_takes_too_long_loses_the_right_to_answer_and_is_told_by_its_token()
    {
        var arrived = new TaskCompletionSource<InboundRequest>(TaskCreationOptions.RunContinuationsAsynchronously);
        var canceled = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var late = new TaskCompletionSource<Exception?>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var pair = await OpenAsync(server => server.Handle(async request =>
        {
            await using var registration = request.Canceled.Register(() => canceled.SetResult());
            arrived.SetResult(request);
            await canceled.Task;
            late.SetResult(await Record.ExceptionAsync(async () => await request.RespondAsync(new byte[1])));
        }));
        var asking = pair.Session.RequestAsync(new byte[1], _ => 0).AsTask();
        var request = await arrived.Task.WaitAsync(Pair.Limit);
        Assert.Equal(TimeSpan.FromSeconds(60), request.Remaining);

        await PassAsync(pair, 59);
        Assert.Equal(TimeSpan.FromSeconds(1), request.Remaining);
        Assert.False(request.Canceled.IsCancellationRequested);
        await PassAsync(pair, 1.1);

        await canceled.Task.WaitAsync(Pair.Limit);
        var failure = await Assert.ThrowsAsync<RequestFailedException>(() => asking.WaitAsync(Pair.Limit));
        Assert.Equal(AccelioStatus.MessageDiscarded, failure.Status);
        var tooLate = Assert.IsType<AccelioException>(await late.Task.WaitAsync(Pair.Limit));
        Assert.Contains("ResponseTimeout", tooLate.Message, StringComparison.Ordinal);
        Assert.Equal(TimeSpan.Zero, request.Remaining);
    }

    [Fact]
    public async Task The_time_of_a_request_that_its_observer_did_not_answer_counts_from_its_arrival()
    {
        var arrived = new TaskCompletionSource<InboundRequest>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var pair = await OpenAsync(server => server.Requests.Subscribe(request => arrived.SetResult(request.Retain())));
        var asking = pair.Session.RequestAsync(new byte[1], _ => 0).AsTask();
        var request = await arrived.Task.WaitAsync(Pair.Limit);

        await PassAsync(pair, 40);
        request.Dispose();
        await PassAsync(pair, 19);
        Assert.False(asking.IsCompleted);
        await PassAsync(pair, 1.1);

        Assert.Equal(AccelioStatus.MessageDiscarded, (await Assert.ThrowsAsync<RequestFailedException>(() => asking.WaitAsync(Pair.Limit))).Status);
        var tooLate = await Assert.ThrowsAsync<AccelioException>(async () => await request.RespondAsync(new byte[1]));
        Assert.Equal(AccelioStatus.MessageDiscarded, tooLate.Status);
        Assert.True(request.Canceled.IsCancellationRequested);
    }

    [Fact]
    public async Task A_request_whose_time_was_over_while_it_waited_for_a_handler_is_not_served()
    {
        var started = 0;
        var first = new TaskCompletionSource<InboundRequest>(TaskCreationOptions.RunContinuationsAsynchronously);
        var release = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var pair = await OpenAsync(
            server => server.Handle(async request =>
            {
                if (++started == 1)
                {
                    first.SetResult(request);
                    await release.Task;
                }

                await request.RespondAsync(request.Payload);
            }),
            options => options.MaxConcurrentHandlers = 1);
        var running = pair.Session.RequestAsync(new byte[1], _ => 0).AsTask();
        await first.Task.WaitAsync(Pair.Limit);
        var waiting = pair.Session.RequestAsync(new byte[1], _ => 0).AsTask();
        await pair.Session.DeliveredAsync(pair.Accepted);

        await PassAsync(pair, 61);
        Assert.Equal(AccelioStatus.MessageDiscarded, (await Assert.ThrowsAsync<RequestFailedException>(() => waiting.WaitAsync(Pair.Limit))).Status);
        await Assert.ThrowsAsync<RequestFailedException>(() => running.WaitAsync(Pair.Limit));
        release.SetResult();

        Assert.Equal(3, await pair.Session.RequestAsync(new byte[3], answer => answer.PayloadLength).AsTask().WaitAsync(Pair.Limit));
        Assert.Equal(2, started);
    }

    [Fact]
    public async Task Without_a_limit_nothing_remains_to_be_counted()
    {
        var remaining = new TaskCompletionSource<TimeSpan?>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var pair = await OpenAsync(
            server => server.Handle(request =>
            {
                remaining.SetResult(request.Remaining);
                return request.RespondAsync(request.Payload);
            }),
            options => options.ResponseTimeout = Timeout.InfiniteTimeSpan);

        await pair.Session.RequestAsync(new byte[1], _ => 0);

        Assert.Null(await remaining.Task.WaitAsync(Pair.Limit));
    }

    [Fact]
    public async Task An_answer_in_time_stops_the_clock()
    {
        await using var pair = await OpenAsync(server => server.Handle(async request =>
        {
            await Task.Yield();
            await request.RespondAsync(request.Payload);
        }));
        for (var i = 0; i < 10; i++)
        {
            Assert.Equal(1, await pair.Session.RequestAsync(new byte[1], answer => answer.PayloadLength));
            await PassAsync(pair, 31);
        }
    }

    private Task<Pair> OpenAsync(Action<AccelioServer> prepare, Action<AccelioServerOptions>? configure = null) => Pair.OpenAsync(
        prepare,
        options =>
        {
            options.ResponseTimeout = TimeSpan.FromSeconds(60);
            options.DetectWithin = Timeout.InfiniteTimeSpan;
            configure?.Invoke(options);
        },
        options =>
        {
            options.DetectWithin = Timeout.InfiniteTimeSpan;
            options.RequestTimeout = Timeout.InfiniteTimeSpan;
        },
        wire: Wire.Tcp(_time));

    private async Task PassAsync(Pair pair, double seconds)
    {
        _time.Advance(TimeSpan.FromSeconds(seconds));
        await pair.ServerContext.RunAsync(_ => default);
        await pair.ClientContext.RunAsync(_ => default);
    }
}
