using System.Buffers;
using System.Collections.Concurrent;
using Accelio.Reactive.Tests.Contract;
using Accelio.Reactive.Tests.Sessions;
using Accelio.Reactive.Tests.Support;
using Xunit;

namespace Accelio.Reactive.Tests.Messages;

/// <summary>Memory that the caller took away before the library was through with it: that call fails and says why, nothing else is touched.</summary>
public abstract class MemoryGoneTests(Sessions.Wire wire) : SessionTests(wire)
{
    public enum Verb
    {
        Send,
        Deliver,
        Request,
        RequestOwned,
        TrySend,
        Cold,
        Respond,
    }

    [Theory]
    [InlineData(Verb.Send)]
    [InlineData(Verb.Deliver)]
    [InlineData(Verb.Request)]
    [InlineData(Verb.RequestOwned)]
    [InlineData(Verb.TrySend)]
    [InlineData(Verb.Cold)]
    [InlineData(Verb.Respond)]
    public async Task A_payload_that_cannot_be_read_fails_its_call_and_the_session_goes_on(Verb verb)
    {
        await using var pair = await OpenAsync(server =>
        {
            server.Messages.Subscribe(_ => { });
            Pair.Echo(server);
        });

        // More often than the window is wide, so that credit that was lost would show.
        for (var i = 0; i < 300; i++)
        {
            var isLong = i % 5 == 0;
            var onContext = i % 2 == 0;
            var memory = new TransientMemory(new byte[isLong ? 50_000 : 100]);
            var payload = i % 3 == 0 ? BodySegment.Of(new byte[10], memory.Memory, new byte[10]) : new ReadOnlySequence<byte>(memory.Memory);
            memory.End();

            var exception = await Assert.ThrowsAnyAsync<Exception>(() => onContext && verb != Verb.Respond
                ? pair.ClientContext.RunAsync(async _ => await UseAsync(pair, verb, new OutboundMessage(payload))).AsTask()
                : UseAsync(pair, verb, new OutboundMessage(payload)));

            Assert.Equal("transient memory is gone", Assert.IsType<ObjectDisposedException>(exception).Message.Split('\n')[0].Trim());
            Assert.Equal(0, memory.Pins);
        }

        await AssertSoundAsync(pair);
    }

    [Theory]
    [InlineData(100)]
    [InlineData(50_000)]
    public async Task A_header_that_cannot_be_read_fails_its_call_and_the_session_goes_on(int length)
    {
        await using var pair = await OpenAsync(Pair.Echo);
        var memory = new TransientMemory(new byte[20]);
        var message = new OutboundMessage(new byte[length]) { Header = memory.Memory };
        memory.End();

        for (var i = 0; i < 300; i++)
        {
            await Assert.ThrowsAsync<ObjectDisposedException>(async () => await pair.Session.RequestAsync(message, _ => 0));
            await Assert.ThrowsAsync<ObjectDisposedException>(async () =>
                await pair.ClientContext.RunAsync(async _ => await pair.Session.RequestAsync(message, _ => 0)));
        }

        await AssertSoundAsync(pair);
    }

    [Theory]
    [InlineData(100)]
    [InlineData(500_000)]
    public async Task A_response_buffer_that_cannot_be_written_fails_its_call_and_the_session_goes_on(int length)
    {
        await using var pair = await OpenAsync(Pair.Echo);
        for (var i = 0; i < 20; i++)
        {
            var memory = new TransientMemory(new byte[length]);
            memory.End();

            await Assert.ThrowsAsync<ObjectDisposedException>(async () =>
                await pair.Session.RequestAsync(new OutboundMessage(new byte[length]) { ResponseBuffer = memory.Memory }, _ => 0));
            Assert.Equal(0, memory.Pins);
        }

        await AssertSoundAsync(pair);
    }

    [Theory]
    [InlineData(100)]
    [InlineData(50_000)]
    public async Task A_message_that_is_passed_on_and_whose_lease_ends_before_its_turn_fails_that_call_by_its_rule(int length)
    {
        var kept = new ConcurrentQueue<InboundMessage>();
        await using var pair = await OpenAsync(
            server =>
            {
                server.Messages.Subscribe(message => kept.Enqueue(message.Retain()));
                Pair.Echo(server);
            },
            server: options => options.WindowMessages = 1);
        await pair.Session.SendAsync(new byte[1]);
        await Until.TrueAsync(() => kept.Count == 1, () => "no message");
        var passedOn = new TaskCompletionSource<Task>(TaskCreationOptions.RunContinuationsAsynchronously);

        // The window is used up, so what is passed on has to wait, and nobody awaits it.
        using var subscription = pair.Session.Messages.Subscribe(message => passedOn.SetResult(pair.Session.SendAsync(message.Payload).AsTask()));
        await pair.Accepted.SendAsync(new byte[length]);
        var sending = await passedOn.Task.WaitAsync(Pair.Limit);
        await Until.NothingIsHeldAsync(pair.ClientContext);
        kept.TryDequeue(out var first);
        first.Dispose();

        var exception = await Assert.ThrowsAsync<ObjectDisposedException>(() => sending.WaitAsync(Pair.Limit));
        Assert.Contains("The lease of this message has ended", exception.Message, StringComparison.Ordinal);
        await AssertSoundAsync(pair);
    }

    [Theory]
    [InlineData(20_000)]
    [InlineData(500_000)]
    public async Task Memory_that_is_given_up_at_the_moment_it_is_pinned_leaves_whole(int length)
    {
        await using var pair = await OpenAsync(Pair.Echo);
        for (var i = 0; i < 20; i++)
        {
            var body = Pair.Bytes(length + i);
            var memory = new TransientMemory(body, endsWhenPinned: true);

            var answer = await pair.Session.RequestAsync(memory.Memory, answer => answer.Detach().Payload.ToArray()).AsTask().WaitAsync(Pair.Limit);

            Assert.Equal(body, answer);
            await Until.TrueAsync(() => memory.Pins == 0, () => $"{memory.Pins} pins");
        }

        await AssertSoundAsync(pair);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_response_with_memory_of_a_message_whose_lease_is_over_fails_by_its_rule_and_the_next_one_does_not(bool asHeader)
    {
        var stale = default(ReadOnlyMemory<byte>);
        var failures = new ConcurrentQueue<Exception>();
        await using var pair = await OpenAsync(server => server.Handle(async request =>
        {
            request.Message.TryGetMemory(out var body);
            var answer = stale.IsEmpty ? body : stale;
            stale = stale.IsEmpty ? body : default;
            try
            {
                await request.RespondAsync(asHeader ? new OutboundMessage(body) { Header = answer } : answer);
            }
            catch (Exception exception)
            {
                failures.Enqueue(exception);
            }
        }));

        for (var i = 0; i < 100; i++)
        {
            Assert.Equal((byte)i, await pair.Session.RequestAsync(new[] { (byte)i }, answer => answer.Detach().Payload.Span[0]));
            var failure = await Assert.ThrowsAsync<RequestFailedException>(async () => await pair.Session.RequestAsync(new[] { (byte)i }, _ => 0));
            Assert.Equal(AccelioStatus.Unsuccessful, failure.Status);
        }

        await Until.TrueAsync(() => failures.Count == 100, () => $"{failures.Count} failures");
        Assert.All(failures, failure => Assert.Contains("The lease of this message has ended", Assert.IsType<ObjectDisposedException>(failure).Message, StringComparison.Ordinal));
    }

    private static async Task AssertSoundAsync(Pair pair)
    {
        foreach (var length in new[] { 0, 1, 5000, 40_000, 300_000 })
        {
            var body = Pair.Bytes(length);
            Assert.Equal(body, await pair.Session.RequestAsync(body, answer => answer.Detach().Payload.ToArray()).AsTask().WaitAsync(Pair.Limit));
        }
    }

    private static async Task UseAsync(Pair pair, Verb verb, OutboundMessage message)
    {
        switch (verb)
        {
            case Verb.Send:
                await pair.Session.SendAsync(message);
                break;
            case Verb.Deliver:
                await pair.Session.DeliverAsync(message);
                break;
            case Verb.Request:
                await pair.Session.RequestAsync(message, _ => 0);
                break;
            case Verb.RequestOwned:
                (await pair.Session.RequestAsync(message)).Dispose();
                break;
            case Verb.TrySend:
                pair.Session.TrySend(message, out _);
                break;
            case Verb.Cold:
                using (pair.Session.Request(message).Subscribe(_ => { }))
                {
                }

                break;
            default:
                await RespondAsync(pair, message);
                break;
        }
    }

    // The client serves: the server's request is told that it failed, the handler what its answer threw.
    private static async Task RespondAsync(Pair pair, OutboundMessage message)
    {
        var answered = new TaskCompletionSource<Exception>(TaskCreationOptions.RunContinuationsAsynchronously);
        using var handling = pair.Session.Handle(async request =>
        {
            try
            {
                await request.RespondAsync(message);
            }
            catch (Exception exception)
            {
                answered.SetResult(exception);
            }
        });
        var failure = await Assert.ThrowsAsync<RequestFailedException>(async () => await pair.Accepted.RequestAsync(new byte[3], _ => 0));
        Assert.Equal(AccelioStatus.Unsuccessful, failure.Status);
        throw await answered.Task.WaitAsync(Pair.Limit);
    }
}
