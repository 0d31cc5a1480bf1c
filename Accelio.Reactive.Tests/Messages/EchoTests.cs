using Accelio.Reactive.Tests.Sessions;
using Accelio.Reactive.Tests.Support;
using Xunit;

namespace Accelio.Reactive.Tests.Messages;

/// <summary>A request's own payload as its answer: the transport holds the message until it has read it.</summary>
public abstract class EchoTests(Sessions.Wire wire) : SessionTests(wire)
{
    [Theory]
    [InlineData("awaits")]
    [InlineData("returns at once")]
    [InlineData("gives the lease up")]
    public async Task An_answer_with_the_requests_own_payload_is_right_whatever_the_handler_does_then(string handler)
    {
        var answers = new List<Task>();
        await using var pair = await OpenAsync(server => server.Handle(async request =>
        {
            var responding = request.RespondAsync(request.Payload);
            if (handler == "awaits")
            {
                await responding;
                return;
            }

            answers.Add(responding.AsTask());
            if (handler == "gives the lease up")
            {
                request.Dispose();
            }
        }));
        int[] lengths = [0, 1, 8192, 8193, 20_000, 100_000, 300_000, 900_000];

        await Task.WhenAll(Enumerable.Range(0, 6).Select(async worker =>
        {
            for (var i = 0; i < 40; i++)
            {
                var body = Pair.Bytes(lengths[(worker + i) % lengths.Length]);
                Assert.Equal(body, await pair.Session.RequestAsync(body, answer => answer.Detach().Payload.ToArray()));
            }
        })).WaitAsync(Pair.Limit);

        await Task.WhenAll(answers).WaitAsync(Pair.Limit);
        await Until.NothingIsHeldAsync(pair.ServerContext);
    }

    [Fact]
    public async Task Of_two_answers_that_are_given_at_once_on_two_threads_one_is_sent_and_the_other_is_told()
    {
        const int Requests = 5000;
        var (sent, refused) = (0, 0);
        using var stop = new CancellationTokenSource();
        InboundRequest[] handed = [default];
        var turn = 0;

        async Task AnswerAsync(InboundRequest request, byte who)
        {
            try
            {
                await request.RespondAsync(new[] { who });
                Interlocked.Increment(ref sent);
            }
            catch (Exception exception) when (exception is InvalidOperationException or AccelioException)
            {
                Interlocked.Increment(ref refused);
            }
        }

        var other = Task.Factory.StartNew(
            () =>
            {
                for (var seen = 0; !stop.IsCancellationRequested;)
                {
                    if (Volatile.Read(ref turn) is var now && now != seen)
                    {
                        seen = now;
                        AnswerAsync(handed[0], 2).Wait(Pair.Limit);
                        Volatile.Write(ref turn, -now);
                        seen = -now;
                    }
                }
            },
            TaskCreationOptions.LongRunning);
        var number = 0;
        await using var pair = await OpenAsync(server => server.Handle(request =>
        {
            handed[0] = request;
            Volatile.Write(ref turn, ++number);
            Thread.SpinWait(number % 50);
            _ = AnswerAsync(request, 1);
            return default;
        }));
        for (var i = 1; i <= Requests; i++)
        {
            Assert.InRange(await pair.Session.RequestAsync(Pair.Bytes(10), answer => (int)answer.Payload.FirstSpan[0]), 1, 2);
            await Until.TrueAsync(() => Volatile.Read(ref turn) == -i, () => $"answer {i} of the other thread");
        }

        await stop.CancelAsync();
        await other.WaitAsync(Pair.Limit);
        Assert.Equal((Requests, Requests), (sent, refused));
        await Until.NothingIsHeldAsync(pair.ServerContext);
    }

    /// <summary>What lies in the receive buffer is moved to memory of its own when the buffer is needed, while the handler waits.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2_000)]
    [InlineData(8_100)]
    public async Task An_answer_with_the_requests_own_payload_is_right_after_an_await_for_which_the_payload_was_moved(int length)
    {
        const int Requests = 20;
        var (arrived, moved) = (0, 0);
        var goOn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var pair = await OpenAsync(server =>
        {
            server.Messages.Subscribe(_ => { });
            server.Handle(async request =>
            {
                var before = AddressOf(request);
                Interlocked.Increment(ref arrived);
                await goOn.Task;
                await server.HomeContext.SwitchTo();
                moved += before == AddressOf(request) ? 0 : 1;
                await request.RespondAsync(request.Payload);
            });
        });
        var bodies = Enumerable.Range(0, Requests).Select(i => Pair.Bytes(length + i)).ToArray();
        var answers = bodies.Select(body => pair.Session.RequestAsync(body, answer => answer.Detach().Payload.ToArray()).AsTask()).ToArray();
        await Until.TrueAsync(() => Volatile.Read(ref arrived) == Requests, () => $"{arrived} of {Requests}");
        for (var i = 0; i < 200; i++)
        {
            await pair.Session.DeliverAsync(new byte[8_000]).AsTask().WaitAsync(Pair.Limit);
        }

        goOn.SetResult();

        Assert.Equal(bodies, await Task.WhenAll(answers).WaitAsync(Pair.Limit));
        Assert.Equal(Requests, moved);
        await Until.NothingIsHeldAsync(pair.ServerContext);
    }

    [Theory]
    [InlineData(100)]
    [InlineData(100_000)]
    public async Task A_message_is_passed_on_to_another_session_without_a_copy_of_ones_own(int length)
    {
        var seen = new TaskCompletionSource<byte[]>();
        await using var next = await OpenAsync(server => server.Messages.Detach().Subscribe(message => seen.SetResult(message.Payload.ToArray())));
        await using var pair = await OpenAsync(server => server.Handle(async request =>
        {
            await next.Session.SendAsync(request.Payload);
            await request.RespondAsync(default);
        }));
        var body = Pair.Bytes(length);

        await pair.Session.RequestAsync(body, _ => 0).AsTask().WaitAsync(Pair.Limit);

        Assert.Equal(body, await seen.Task.WaitAsync(Pair.Limit));
        await Until.NothingIsHeldAsync(pair.ServerContext);
    }

    private static unsafe nint AddressOf(InboundRequest request)
    {
        Assert.True(request.Message.TryGetSpan(out var span));
        fixed (byte* start = span)
        {
            return (nint)start;
        }
    }
}
