using System.Reactive.Subjects;
using System.Text;
using Xunit;

namespace Accelio.Reactive.Tests.Testing;

/// <summary>Requests made in tests: served, answered once, expired.</summary>
public class TestRequestTests
{
    [Fact]
    public async Task A_handler_is_served_and_its_answer_seen()
    {
        var made = new TestRequest(new OutboundMessage("EURUSD"u8.ToArray()) { Header = "v1"u8.ToArray() });

        var answer = await made.ServeAsync(async request =>
        {
            Assert.Equal("v1", Encoding.UTF8.GetString(request.Header.Span));
            await Task.Yield();
            await request.RespondAsync(new OutboundMessage(request.Payload) { Header = "v2"u8.ToArray() });
        });

        Assert.Equal(AccelioStatus.Success, answer.Status);
        Assert.Equal(("v2", "EURUSD", null), (Text(answer.Header), Text(answer.Payload), answer.FailureText));
        Assert.Same(answer, await made.Answer);
        Assert.True(made.IsReleased);
    }

    [Fact]
    public async Task A_handler_that_fails_the_request_gives_status_and_text()
    {
        var answer = await new TestRequest("x"u8.ToArray()).ServeAsync(request => request.FailAsync(AccelioStatus.MessageInvalid, "no such pair"));

        Assert.Equal((AccelioStatus.MessageInvalid, "no such pair"), (answer.Status, answer.FailureText));
    }

    [Fact]
    public async Task A_handler_that_ends_without_an_answer_has_answered_so()
    {
        var answer = await new TestRequest("x"u8.ToArray()).ServeAsync(_ => default);

        Assert.Equal(AccelioStatus.MessageDiscarded, answer.Status);
    }

    [Fact]
    public async Task What_a_handler_throws_comes_out()
    {
        var made = new TestRequest("x"u8.ToArray());

        await Assert.ThrowsAsync<FormatException>(() => made.ServeAsync(_ => throw new FormatException()));
        Assert.True(made.IsReleased);
        Assert.False(made.Answer.IsCompleted);
    }

    [Fact]
    public async Task A_request_is_answered_once()
    {
        var made = new TestRequest("x"u8.ToArray());
        var token = made.Request.Canceled;

        await made.Request.RespondAsync("1"u8.ToArray());
        await Assert.ThrowsAsync<InvalidOperationException>(() => made.Request.RespondAsync("2"u8.ToArray()).AsTask());
        await Assert.ThrowsAsync<InvalidOperationException>(() => made.Request.FailAsync(AccelioStatus.MessageInvalid).AsTask());
        made.Expire();

        Assert.Equal("1", Text((await made.Answer).Payload));
        Assert.False(token.IsCancellationRequested);
    }

    [Fact]
    public async Task A_request_that_has_expired_fires_its_token_and_takes_no_answer()
    {
        var made = new TestRequest(new OutboundMessage("x"u8.ToArray()) { Timeout = TimeSpan.FromSeconds(3) });
        var token = made.Request.Canceled;
        Assert.Equal((TimeSpan.FromSeconds(3), false), (made.Request.Remaining, token.IsCancellationRequested));

        made.Expire();

        Assert.True(token.IsCancellationRequested);
        Assert.True(made.Request.Canceled.IsCancellationRequested);
        Assert.Equal(TimeSpan.Zero, made.Request.Remaining);
        var late = await Assert.ThrowsAsync<AccelioException>(() => made.Request.RespondAsync("1"u8.ToArray()).AsTask());
        Assert.Equal(AccelioStatus.MessageDiscarded, late.Status);
        Assert.Equal(AccelioStatus.MessageDiscarded, (await made.Answer).Status);
    }

    [Fact]
    public async Task A_pushed_request_is_answered_after_its_lease_has_ended()
    {
        var made = new TestRequest("x"u8.ToArray());
        using var requests = new Subject<InboundRequest>();
        InboundRequest kept = default;
        requests.Subscribe(request => kept = request);

        made.PushTo(requests);
        Assert.True(made.IsReleased);
        Assert.Throws<ObjectDisposedException>(() => kept.PayloadLength);
        Assert.Null(kept.Remaining);
        await kept.RespondAsync("late"u8.ToArray());

        Assert.Equal("late", Text((await made.Answer).Payload));
    }

    [Fact]
    public async Task A_request_is_answered_on_a_context_too()
    {
        await using var context = AccelioContext.Start();
        var made = new TestRequest("x"u8.ToArray());

        await context.RunAsync(async _ =>
        {
            await made.Request.RespondAsync("1"u8.ToArray());
            Assert.Same(context, AccelioContext.Current);
        });

        Assert.Equal("1", Text((await made.Answer).Payload));
    }

    private static string Text(ReadOnlyMemory<byte> bytes) => Encoding.UTF8.GetString(bytes.Span);
}
