using System.Collections.Concurrent;
using System.Text;
using Xunit;

namespace Accelio.Reactive.Tests.Sessions;

public abstract class LeaseTests(Wire wire) : SessionTests(wire)
{
    [Fact]
    public async Task A_handle_used_too_late_throws_in_every_member()
    {
        InboundMessage kept = default;
        await using var pair = await OpenAsync(server => server.Messages.Subscribe(message => kept = message));
        await pair.Session.DeliverAsync("x"u8.ToArray());

        Assert.Throws<ObjectDisposedException>(() => kept.Payload);
        Assert.Throws<ObjectDisposedException>(() => kept.Header);
        Assert.Throws<ObjectDisposedException>(() => kept.PayloadLength);
        Assert.Throws<ObjectDisposedException>(() => kept.TryGetSpan(out _));
        Assert.Throws<ObjectDisposedException>(() => kept.Detach());
        Assert.Throws<ObjectDisposedException>(() => kept.Retain());
        kept.Dispose();
    }

    [Fact]
    public async Task Memory_kept_beyond_the_lease_throws_and_never_shows_another_message()
    {
        var kept = new List<ReadOnlyMemory<byte>>();
        await using var pair = await OpenAsync(server => server.Messages.Subscribe(message => kept.Add(message.Payload.First)));
        for (var i = 0; i < 100; i++)
        {
            await pair.Session.DeliverAsync(Encoding.ASCII.GetBytes($"message {i}"));
        }

        Assert.Equal(100, kept.Count);
        Assert.All(kept, memory => Assert.ThrowsAny<Exception>(() => memory.Span[0]));
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
    }

    [Fact]
    public async Task A_session_that_holds_everything_does_not_hold_up_another_on_the_same_link()
    {
        var kept = new ConcurrentQueue<InboundMessage>();
        await using var pair = await OpenAsync(
            server =>
            {
                server.Messages.Subscribe(message => kept.Enqueue(message.Retain()));
                Pair.Echo(server);
            },
            server: options => options.WindowMessages = 16,
            client: options => options.LinkGroup = "one");
        await using var other = await pair.ConnectAsync(options => options.LinkGroup = "one");
        var sent = 0;
        while (pair.Session.TrySend(new byte[10], out _) && sent < 10_000)
        {
            sent++;
        }

        for (var i = 0; i < 2000; i++)
        {
            await other.RequestAsync(new byte[10], _ => 0);
        }

        Assert.Equal(16, kept.Count);
        while (kept.TryDequeue(out var message))
        {
            message.Dispose();
        }
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
        await Task.Delay(200);
        Assert.False(ninth.IsCompleted);

        while (kept.TryDequeue(out var message))
        {
            message.Dispose();
        }

        await ninth.WaitAsync(Pair.Limit);
    }
}
