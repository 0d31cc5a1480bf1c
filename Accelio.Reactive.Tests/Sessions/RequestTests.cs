using System.Buffers;
using System.Reactive.Linq;
using System.Text;
using Xunit;

namespace Accelio.Reactive.Tests.Sessions;

public abstract class RequestTests(Wire wire) : SessionTests(wire)
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(8192)]
    [InlineData(8193)]
    [InlineData(65536)]
    [InlineData(1 << 20)]
    [InlineData(64 << 20)]
    public async Task Bodies_of_every_length_come_back_as_they_went(int length)
    {
        await using var pair = await OpenAsync(Pair.Echo);
        var body = Pair.Bytes(length);

        Assert.True(await pair.Session.RequestAsync(body, answer => answer.Payload.ToArray().AsSpan().SequenceEqual(body)));
    }

    [Theory]
    [InlineData(100)]
    [InlineData(100_000)]
    public async Task Two_sockets_do_as_well_as_one(int length)
    {
        await using var pair = await OpenAsync(Pair.Echo, client: options => options.DualSocket = true);
        var body = Pair.Bytes(length);

        Assert.True(await pair.Session.RequestAsync(body, answer => answer.Payload.ToArray().AsSpan().SequenceEqual(body)));
    }

    [Fact]
    public async Task Headers_and_bodies_of_several_parts_arrive()
    {
        await using var pair = await OpenAsync(Pair.Echo);
        var first = new Part("abc"u8.ToArray());
        var last = first.Append("defg"u8.ToArray());
        var message = new OutboundMessage(new ReadOnlySequence<byte>(first, 0, last, last.Memory.Length)) { Header = "route"u8.ToArray() };

        var answer = await pair.Session.RequestAsync(message, m => Encoding.ASCII.GetString(m.Header.Span) + ":" + Encoding.ASCII.GetString(m.Payload));

        Assert.Equal("route:abcdefg", answer);
    }

    [Theory]
    [InlineData(100, false)]
    [InlineData(100, true)]
    [InlineData(300_000, false)]
    [InlineData(300_000, true)]
    public async Task A_response_goes_where_the_caller_wants_it(int length, bool registered)
    {
        await using var pair = await OpenAsync(Pair.Echo);
        var body = Pair.Bytes(length);
        using var memory = registered ? pair.ClientContext.RentMemory(length + 10) : null;
        var buffer = memory?.Memory ?? new byte[length + 10];
        buffer.Span[length..].Fill(0xEE);

        var received = await pair.Session.RequestAsync(new OutboundMessage(body) { ResponseBuffer = buffer }, answer => answer.PayloadLength);

        Assert.Equal(length, received);
        Assert.Equal(body, buffer[..length].ToArray());
        Assert.Equal(-1, buffer.Span[length..].IndexOfAnyExcept((byte)0xEE));
    }

    [Theory]
    [InlineData(100)]
    [InlineData(300_000)]
    public async Task A_response_larger_than_the_callers_buffer_fails_and_the_session_lives_on(int length)
    {
        await using var pair = await OpenAsync(Pair.Echo);

        var failure = await Assert.ThrowsAsync<AccelioException>(async () =>
            await pair.Session.RequestAsync(new OutboundMessage(new byte[length]) { ResponseBuffer = new byte[length - 1] }, answer => 0));

        Assert.Equal(AccelioStatus.UserBufferOverflow, failure.Status);
        Assert.Equal(3, await pair.Session.RequestAsync(new byte[3], answer => answer.PayloadLength));
    }

    [Fact]
    public async Task A_server_may_ask_its_client()
    {
        await using var pair = await OpenAsync();
        using var serving = pair.Session.Handle(request => request.RespondAsync("from the client"u8.ToArray()));

        Assert.Equal("from the client", await pair.Accepted.RequestAsync(Array.Empty<byte>(), answer => Encoding.ASCII.GetString(answer.Payload)));
    }

    [Fact]
    public async Task A_handler_that_throws_fails_the_request_and_keeps_its_text_to_itself()
    {
        await using var pair = await OpenAsync(server => server.Handle(_ => throw new InvalidOperationException("secret")));

        var failure = await Assert.ThrowsAsync<RequestFailedException>(async () => await pair.Session.RequestAsync(new byte[1], _ => 0));

        Assert.Equal(AccelioStatus.Unsuccessful, failure.Status);
        Assert.DoesNotContain("secret", failure.Message, StringComparison.Ordinal);
        Assert.True(failure.MayHaveExecuted);
    }

    [Fact]
    public async Task A_handler_that_does_not_answer_fails_the_request()
    {
        await using var pair = await OpenAsync(server => server.Handle(_ => default));

        var failure = await Assert.ThrowsAsync<RequestFailedException>(async () => await pair.Session.RequestAsync(new byte[1], _ => 0));

        Assert.Equal(AccelioStatus.MessageDiscarded, failure.Status);
        Assert.True(failure.MayHaveExecuted);
    }

    [Fact]
    public async Task A_failure_said_by_the_handler_travels_with_its_text()
    {
        await using var pair = await OpenAsync(server => server.Handle(request => request.FailAsync(AccelioStatus.NoBuffers, "nothing left today")));

        var failure = await Assert.ThrowsAsync<RequestFailedException>(async () => await pair.Session.RequestAsync(new byte[1], _ => 0));

        Assert.Equal(AccelioStatus.NoBuffers, failure.Status);
        Assert.Contains("nothing left today", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_status_that_nobody_has_defined_arrives_as_it_was_sent()
    {
        await using var pair = await OpenAsync(server => server.Handle(request => request.FailAsync((AccelioStatus)12345)));

        var failure = await Assert.ThrowsAsync<RequestFailedException>(async () => await pair.Session.RequestAsync(new byte[1], _ => 0));

        Assert.Equal((AccelioStatus)12345, failure.Status);
        Assert.Contains("12345", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Requests_that_nobody_handles_wait_and_then_fail()
    {
        await using var pair = await OpenAsync(server: options => options.UnclaimedTimeout = TimeSpan.FromMilliseconds(200));

        var failure = await Assert.ThrowsAsync<RequestFailedException>(async () => await pair.Session.RequestAsync(new byte[1], _ => 0));

        Assert.Equal(AccelioStatus.NotSupported, failure.Status);
        Assert.False(failure.MayHaveExecuted);
    }

    [Fact]
    public async Task A_handler_that_comes_late_gets_what_waited()
    {
        await using var pair = await OpenAsync();
        var waiting = pair.Session.RequestAsync("x"u8.ToArray(), answer => answer.PayloadLength).AsTask();

        Pair.Echo(pair.Server);

        Assert.Equal(1, await waiting.WaitAsync(Pair.Limit));
    }

    [Fact]
    public async Task A_second_answer_is_refused()
    {
        var second = new TaskCompletionSource<Exception?>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var pair = await OpenAsync(server => server.Handle(async request =>
        {
            await request.RespondAsync("one"u8.ToArray());
            second.SetResult(await Record.ExceptionAsync(async () => await request.RespondAsync("two"u8.ToArray())));
        }));

        Assert.Equal("one", await pair.Session.RequestAsync(new byte[1], answer => Encoding.ASCII.GetString(answer.Payload)));
        Assert.IsType<InvalidOperationException>(await second.Task.WaitAsync(Pair.Limit));
    }

    [Fact]
    public async Task A_request_that_is_not_answered_in_time_fails_and_its_late_answer_hurts_nobody()
    {
        var release = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var hasArrived = false;
        await using var pair = await OpenAsync(server => server.Handle(async request =>
        {
            if (request.PayloadLength == 1)
            {
                hasArrived = true;
                await release.Task;
            }

            await request.RespondAsync(request.Payload);
        }));

        var failure = await Assert.ThrowsAsync<AccelioTimeoutException>(async () =>
            await pair.Session.RequestAsync(new OutboundMessage(new byte[1]) { Timeout = TimeSpan.FromMilliseconds(100) }, _ => 0));
        release.SetResult();

        // On a machine that is very busy the time is over before the request was sent.
        Assert.True(failure.MayHaveExecuted || !Volatile.Read(ref hasArrived));
        Assert.Equal(2, await pair.Session.RequestAsync(new byte[2], answer => answer.PayloadLength));
    }

    [Fact]
    public async Task A_token_that_fires_cancels_and_one_that_has_fired_sends_nothing()
    {
        var received = 0;
        await using var pair = await OpenAsync(server => server.Handle(request =>
        {
            received++;
            return new ValueTask(Task.Delay(Timeout.Infinite));
        }));
        using var source = new CancellationTokenSource();

        var request = pair.Session.RequestAsync(new byte[1], _ => 0, source.Token).AsTask();
        await source.CancelAsync();
        var canceled = await Assert.ThrowsAsync<AccelioCanceledException>(() => request);
        var never = await Assert.ThrowsAsync<AccelioCanceledException>(async () => await pair.Session.RequestAsync(new byte[1], _ => 0, source.Token));

        Assert.Equal(source.Token, canceled.CancellationToken);
        Assert.Equal(AbortOutcome.NotSent, never.Outcome);
        Assert.InRange(received, 0, 1);
    }

    [Fact]
    public async Task A_cold_request_is_sent_by_every_subscription_and_follows_the_operators()
    {
        var received = 0;
        await using var pair = await OpenAsync(server => server.Handle(request =>
        {
            Interlocked.Increment(ref received);
            return request.RespondAsync(request.Payload);
        }));
        var cold = pair.Session.Request("abc"u8.ToArray(), answer => answer.PayloadLength);
        Assert.Equal(0, received);

        Assert.Equal(3, await cold);
        Assert.Equal(3, await cold.Timeout(TimeSpan.FromSeconds(20)).Retry(2));

        Assert.Equal(2, received);
    }

    [Fact]
    public async Task The_reader_may_throw_and_the_caller_gets_it()
    {
        await using var pair = await OpenAsync(Pair.Echo);

        await Assert.ThrowsAsync<FormatException>(async () => await pair.Session.RequestAsync<int>(new byte[1], _ => throw new FormatException()));

        Assert.Equal(1, await pair.Session.RequestAsync(new byte[1], answer => answer.PayloadLength));
    }

    [Fact]
    public async Task Payloads_may_be_overwritten_as_soon_as_the_call_has_ended()
    {
        var sums = new List<long>();
        await using var pair = await OpenAsync(server => server.Messages.Read(m => m.Payload.ToArray().Sum(b => (long)b)).Subscribe(sums.Add));
        foreach (var length in (int[])[100, 8192, 100_000, 1 << 20])
        {
            var body = new byte[length];
            Array.Fill(body, (byte)1);
            await pair.Session.SendAsync(body);
            Array.Fill(body, (byte)2);
        }

        Assert.True((await pair.Session.DeliverAsync(new byte[1])).Accepted);

        Assert.Equal([100, 8192, 100_000, 1 << 20, 0], sums);
    }

    private sealed class Part : ReadOnlySequenceSegment<byte>
    {
        public Part(ReadOnlyMemory<byte> memory) => Memory = memory;

        public Part Append(ReadOnlyMemory<byte> memory)
        {
            var next = new Part(memory) { RunningIndex = RunningIndex + Memory.Length };
            Next = next;
            return next;
        }
    }
}
