using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Accelio.Reactive.Tests.Sessions;
using Accelio.Reactive.Tests.Support;
using Xunit;

namespace Accelio.Reactive.Tests.Messages;

/// <summary>Whose a message is, and for how long.</summary>
public abstract class LeaseTests(Sessions.Wire wire) : SessionTests(wire)
{
    [Fact]
    public void A_handle_has_16_bytes() => Assert.Equal(16, Unsafe.SizeOf<InboundMessage>());

    [Fact]
    public async Task In_OnNext_a_message_is_valid_until_the_last_observer_returned_whatever_the_others_did()
    {
        var seen = new List<byte[]>();
        await using var pair = await OpenAsync(server =>
        {
            server.Messages.Subscribe(message => message.Dispose());
            server.Messages.Subscribe(message => message.Reject());
            server.Messages.Subscribe(message => message.Retain().Dispose());
            server.Messages.Subscribe(message => seen.Add(message.Detach().Payload.ToArray()));
        });

        await pair.Session.DeliverAsync("one"u8.ToArray());
        await pair.Session.DeliverAsync("two"u8.ToArray());

        Assert.Equal(["one"u8.ToArray(), "two"u8.ToArray()], seen);
    }

    [Fact]
    public async Task A_retained_message_gives_its_body_as_memory_until_its_own_lease_ends()
    {
        var kept = new TaskCompletionSource<InboundMessage>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var pair = await OpenAsync(server => server.Messages.Subscribe(message => kept.SetResult(message.Retain())));
        await pair.Session.SendAsync(Pair.Bytes(100));

        var message = await kept.Task;
        Assert.True(message.TryGetMemory(out var memory));
        Assert.Equal(Pair.Bytes(100), memory.ToArray());
        message.Dispose();

        Assert.Throws<ObjectDisposedException>(() => message.TryGetMemory(out _));
        Assert.Throws<ObjectDisposedException>(() => memory.Span.Length);
    }

    [Fact]
    public async Task Every_Retain_is_a_lease_of_its_own_which_ends_once()
    {
        var kept = new List<InboundMessage>();
        await using var pair = await OpenAsync(server => server.Messages.Subscribe(message =>
        {
            kept.Add(message.Retain());
            kept.Add(message.Retain());
            kept.Add(kept[0].Retain());
        }));
        await pair.Session.SendAsync(Pair.Bytes(100));
        await Until.LeasesAsync(pair.ServerContext, report => kept.Count == 3 && report.Leases.Count == 3);

        // Disposing of one of them again and again takes nothing from the others.
        kept[0].Dispose();
        kept[0].Dispose();
        kept[0].Dispose();

        Assert.Throws<ObjectDisposedException>(() => kept[0].PayloadLength);
        Assert.Equal(Pair.Bytes(100), kept[1].Detach().Payload.ToArray());
        kept[1].Dispose();
        kept[1].Dispose();
        Assert.Equal(Pair.Bytes(100), kept[2].Detach().Payload.ToArray());
        kept[2].Dispose();
        await Until.NothingIsHeldAsync(pair.ServerContext);
    }

    [Fact]
    public async Task The_handle_of_the_callback_ends_with_it_also_when_the_message_was_retained()
    {
        InboundMessage lent = default;
        InboundMessage kept = default;
        await using var pair = await OpenAsync(server => server.Messages.Subscribe(message =>
        {
            lent = message;
            kept = message.Retain();
        }));
        await pair.Session.SendAsync("x"u8.ToArray());
        await Until.LeasesAsync(pair.ServerContext, report => report.Leases is [{ Holder: not null }]);
        await pair.ServerContext.RunAsync(_ => default);

        Assert.Throws<ObjectDisposedException>(() => lent.PayloadLength);
        Assert.Equal(1, kept.PayloadLength);
        kept.Dispose();
    }

    [Theory]
    [InlineData(50)]
    [InlineData(20_000)]
    public async Task Retained_messages_stay_right_while_traffic_goes_on(int length)
    {
        var kept = new List<InboundMessage>();
        await using var pair = await OpenAsync(server =>
        {
            server.Messages.Subscribe(message => kept.Add(message.Retain()));
            Pair.Echo(server);
        });
        var bodies = Enumerable.Range(0, 60).Select(i => Pair.Bytes(length + i)).ToArray();
        foreach (var body in bodies)
        {
            await pair.Session.SendAsync(body);
        }

        for (var i = 0; i < 3000; i++)
        {
            await pair.Session.RequestAsync(new byte[500], _ => 0);
        }

        Assert.Equal(bodies.Length, kept.Count);
        Parallel.For(0, bodies.Length, i => Assert.True(kept[i].TryGetSpan(out var span) && span.SequenceEqual(bodies[i])));
        kept.ForEach(message => message.Dispose());
        kept.ForEach(message => message.Dispose());
    }

    [Fact]
    public async Task An_owned_answer_is_read_on_other_threads_and_ends_with_Dispose()
    {
        await using var pair = await OpenAsync(Pair.Echo);
        var tasks = Enumerable.Range(0, 8).Select(worker => Task.Run(async () =>
        {
            for (var i = 0; i < 200; i++)
            {
                var body = Pair.Bytes(1 + ((worker * 977) + (i * 31)) % 12_000);
                using var answer = await pair.Session.RequestAsync(body);
                await Task.Yield();
                Assert.True(answer.TryGetSpan(out var span) && span.SequenceEqual(body));
            }
        }));

        await Task.WhenAll(tasks).WaitAsync(TimeSpan.FromSeconds(60));
        await Until.NothingIsHeldAsync(pair.ClientContext);
    }

    [Fact]
    public async Task A_small_message_that_outlives_its_callback_does_not_hold_the_receive_buffer()
    {
        const int Kept = 150;
        var kept = new ConcurrentQueue<InboundMessage>();
        await using var pair = await OpenAsync(server =>
        {
            server.Messages.Subscribe(message => kept.Enqueue(message.Retain()));
            Pair.Echo(server);
        });
        var memory = ((PollerContext)pair.ServerContext).Poller.Memory;
        for (var i = 1; i <= Kept; i++)
        {
            await pair.Session.SendAsync(new byte[10]);
            await Until.TrueAsync(() => kept.Count == i, () => $"{kept.Count} of {i}");

            // Its callback has returned by then: what is read before that stays where it is. Read here, on another thread than the
            // context's, each out of another filling of the buffer.
            await pair.ServerContext.RunAsync(_ => default);
            Assert.True(kept.Last().TryGetSpan(out var span) && span.Length == 10);
            var traffic = Enumerable.Repeat(new byte[60_000], 8);
            await Task.WhenAll(traffic.Select(body => pair.Session.RequestAsync(body, answer => answer.PayloadLength).AsTask()));
        }

        await Until.TrueAsync(
            () => memory.Statistics.RentedBytes < 8 << 20, () => $"{memory.Statistics.RentedBytes} bytes for {Kept} messages of 10");
        Assert.All(kept, message => message.Dispose());
    }

    [Fact]
    public async Task A_consumer_that_stops_stops_its_sender_and_goes_on_with_it()
    {
        var kept = new ConcurrentQueue<InboundMessage>();
        await using var pair = await OpenAsync(
            server => server.Messages.Subscribe(message => kept.Enqueue(message.Retain())),
            server: options => options.WindowMessages = 8);
        for (var i = 0; i < 8; i++)
        {
            await pair.Session.SendAsync(new byte[10]);
        }

        var ninth = pair.Session.SendAsync(new byte[10]).AsTask();
        await Until.TrueAsync(() => kept.Count == 8, () => $"{kept.Count}");
        Assert.False(ninth.IsCompleted);

        while (kept.TryDequeue(out var message))
        {
            message.Dispose();
        }

        await ninth.WaitAsync(Pair.Limit);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_receipt_is_the_release_of_the_last_lease(bool rejects)
    {
        var kept = new ConcurrentQueue<InboundMessage>();
        await using var pair = await OpenAsync(server => server.Messages.Subscribe(message =>
        {
            kept.Enqueue(message.Retain());
            kept.Enqueue(message.Retain());
        }));
        var delivery = pair.Session.DeliverAsync("x"u8.ToArray()).AsTask();
        await Until.TrueAsync(() => kept.Count == 2, () => "no message");
        kept.TryDequeue(out var first);
        kept.TryDequeue(out var last);

        first.Dispose();
        await pair.ServerContext.RunAsync(_ => default);
        Assert.False(delivery.IsCompleted);

        if (rejects)
        {
            last.Reject();
        }
        else
        {
            last.Dispose();
        }

        Assert.Equal(!rejects, (await delivery.WaitAsync(Pair.Limit)).Accepted);
    }

    [Fact]
    public async Task The_right_to_answer_outlives_every_lease()
    {
        var waiting = new ConcurrentQueue<(InboundRequest Lent, InboundRequest Owned)>();
        await using var pair = await OpenAsync(server =>
            server.Requests.Subscribe(request => waiting.Enqueue((request, request.Retain()))));
        var first = pair.Session.RequestAsync("a"u8.ToArray(), answer => answer.PayloadLength).AsTask();
        var second = pair.Session.RequestAsync("b"u8.ToArray(), answer => answer.PayloadLength).AsTask();
        await Until.TrueAsync(() => waiting.Count == 2, () => $"{waiting.Count}");
        waiting.TryDequeue(out var one);
        waiting.TryDequeue(out var other);
        one.Owned.Dispose();
        other.Owned.Dispose();
        Assert.Throws<ObjectDisposedException>(() => one.Lent.PayloadLength);
        Assert.Throws<ObjectDisposedException>(() => other.Owned.PayloadLength);

        await one.Lent.RespondAsync(new byte[5]);
        await other.Owned.RespondAsync(new byte[7]);

        Assert.Equal(5, await first);
        Assert.Equal(7, await second);
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await one.Owned.RespondAsync(new byte[5]));
    }

    [Fact]
    public async Task A_handler_may_give_its_lease_up_early()
    {
        await using var pair = await OpenAsync(server => server.Handle(async request =>
        {
            var length = request.PayloadLength;
            request.Dispose();
            await Task.Yield();
            Assert.Throws<ObjectDisposedException>(() => request.PayloadLength);
            await request.RespondAsync(new byte[length + 1]);
        }));

        Assert.Equal(11, await pair.Session.RequestAsync(new byte[10], answer => answer.PayloadLength));
        await Until.NothingIsHeldAsync(pair.ServerContext);
    }

    [Fact]
    public async Task An_answer_and_the_end_of_the_lease_given_on_another_thread_in_either_order_end_the_request_once()
    {
        var waiting = new BlockingCollection<InboundRequest>();
        await using var pair = await OpenAsync(server => server.Requests.Subscribe(request => waiting.Add(request.Retain())));
        var answering = Task.Run(async () =>
        {
            var answers = new List<Task>();
            foreach (var request in waiting.GetConsumingEnumerable())
            {
                var body = request.Message.Detach().Payload;
                if (body.Span[0] % 2 == 0)
                {
                    request.Dispose();
                    answers.Add(request.RespondAsync(body).AsTask());
                }
                else
                {
                    answers.Add(request.RespondAsync(body).AsTask());
                    request.Dispose();
                }
            }

            await Task.WhenAll(answers);
        });

        await Task.WhenAll(Enumerable.Range(0, 16).Select(worker => Task.Run(async () =>
        {
            for (var i = 0; i < 500; i++)
            {
                var body = new[] { (byte)i, (byte)worker, (byte)(i >> 8) };
                Assert.Equal(body, await pair.Session.RequestAsync(body, answer => answer.Detach().Payload.ToArray()));
            }
        })));

        waiting.CompleteAdding();
        await answering;
        await Until.NothingIsHeldAsync(pair.ServerContext);
    }
}
