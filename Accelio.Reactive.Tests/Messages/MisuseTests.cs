using System.Buffers;
using System.Text;
using Accelio.Reactive.Tests.Sessions;
using Accelio.Reactive.Tests.Support;
using Accelio.Transports.Memory;
using Xunit;

namespace Accelio.Reactive.Tests.Messages;

/// <summary>Wrong use of handles and of what was read through them: an exception that says the rule and the remedy, never another message's
/// bytes.</summary>
public abstract class MisuseTests(Sessions.Wire wire) : SessionTests(wire)
{
    private delegate void Use(InboundMessage message);

    private static IEnumerable<Use> Uses =>
    [
        message => _ = message.Header,
        message => _ = message.Payload,
        message => _ = message.PayloadLength,
        message => _ = message.LastInBatch,
        message => _ = message.ReceiptRequested,
        message => _ = message.Session,
        message => message.TryGetSpan(out _),
        message => message.CopyTo(new byte[10]),
        message => message.Detach(),
        message => message.Retain(),
        message => message.Reject(),
    ];

    [Fact]
    public async Task A_handle_used_after_the_callback_throws_in_every_member_and_names_the_rule()
    {
        InboundMessage kept = default;
        await using var pair = await OpenAsync(server => server.Messages.Subscribe(message => kept = message));
        await pair.Session.DeliverAsync("x"u8.ToArray());

        AssertStale(kept);
    }

    [Fact]
    public async Task A_handle_used_after_Dispose_throws_in_every_member_and_names_the_rule()
    {
        await using var pair = await OpenAsync(Pair.Echo);
        var answer = await pair.Session.RequestAsync("x"u8.ToArray());
        answer.Dispose();

        AssertStale(answer);
    }

    [Fact]
    public async Task The_default_handle_stands_for_no_message_and_says_where_messages_come_from()
    {
        foreach (var use in Uses)
        {
            var exception = Assert.Throws<InvalidOperationException>(() => use(default));
            Assert.Contains("default(InboundMessage)", exception.Message, StringComparison.Ordinal);
        }

        default(InboundMessage).Dispose();
        default(InboundRequest).Dispose();
        var reading = Assert.Throws<InvalidOperationException>(() => default(InboundRequest).Payload);
        Assert.Contains("default(InboundMessage)", reading.Message, StringComparison.Ordinal);
        var answering =
            await Assert.ThrowsAsync<InvalidOperationException>(async () => await default(InboundRequest).RespondAsync(default));
        Assert.Contains("default(InboundRequest)", answering.Message, StringComparison.Ordinal);
        Assert.Throws<InvalidOperationException>(() => default(InboundRequest).Retain());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Memory_kept_beyond_the_lease_throws_and_never_shows_another_message(bool owned)
    {
        var kept = new List<ReadOnlyMemory<byte>>();
        await using var pair = await OpenAsync(server => server.Messages.Subscribe(message =>
        {
            var handle = owned ? message.Retain() : message;
            kept.Add(handle.Payload.First);
            kept.Add(handle.Header);
            handle.Dispose();
        }));
        for (var i = 0; i < 200; i++)
        {
            var body = Encoding.ASCII.GetBytes(new string('m', i % 7 * 1000) + i);
            await pair.Session.DeliverAsync(new OutboundMessage(body) { Header = new byte[1 + (i % 20)] });
        }

        Assert.Equal(400, kept.Count);
        Assert.All(kept, memory =>
        {
            var exception = Assert.ThrowsAny<Exception>(() => memory.Span[0]);
            Assert.True(exception is ObjectDisposedException or ArgumentOutOfRangeException, exception.ToString());
            Assert.Throws<ObjectDisposedException>(() => memory.Pin());
        });
    }

    [Fact]
    public async Task Memory_read_through_a_retained_handle_ends_with_that_handle_though_others_hold_the_message()
    {
        var handles = new List<InboundMessage>();
        await using var pair = await OpenAsync(server => server.Messages.Subscribe(message =>
        {
            handles.Add(message.Retain());
            handles.Add(message.Retain());
        }));
        await pair.Session.SendAsync("abc"u8.ToArray());
        await Until.TrueAsync(() => handles.Count == 2, () => "no message");
        var one = handles[0].Payload.First;
        var other = handles[1].Payload.First;

        handles[0].Dispose();

        Assert.Throws<ObjectDisposedException>(() => one.Span[0]);
        Assert.Equal("abc"u8.ToArray(), other.ToArray());
        handles[1].Dispose();
    }

    [Fact]
    public async Task Pinned_memory_keeps_the_message_until_it_is_unpinned()
    {
        var pins = new List<MemoryHandle>();
        await using var pair = await OpenAsync(
            server =>
            {
                server.Messages.Subscribe(message => pins.Add(message.Payload.First.Pin()));
                Pair.Echo(server);
            });
        var body = Pair.Bytes(1000);
        await pair.Session.SendAsync(body);
        for (var i = 0; i < 3000; i++)
        {
            await pair.Session.RequestAsync(new byte[500], _ => 0);
        }

        var pin = Assert.Single(pins);
        Assert.Equal(body, Read(pin, body.Length));
        Assert.Contains("pinned", Assert.Single(pair.ServerContext.GetLeaseReport().Leases).Holder, StringComparison.Ordinal);

        var copy = pin;
        pin.Dispose();

        var exception = Assert.Throws<InvalidOperationException>(() => copy.Dispose());
        Assert.Contains("each MemoryHandle once", exception.Message, StringComparison.Ordinal);
        await Until.NothingIsHeldAsync(pair.ServerContext);
    }

    [Theory]
    [InlineData(100)]
    [InlineData(200_000)]
    public async Task A_pointer_kept_beyond_the_lease_sees_poison_where_the_context_poisons(int length)
    {
        var seen = new byte[1];
        await using var pair = await OpenAsync(server => server.Handle(request =>
        {
            seen[0] = ReadAfterDispose(request.Message, length / 2);
            return request.RespondAsync(default);
        }));

        await pair.Session.RequestAsync(Enumerable.Repeat((byte)1, length).ToArray(), _ => 0);

        Assert.Equal(Slab.PoisonByte, seen[0]);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(int.MaxValue)]
    public void A_quarantine_that_cannot_be_is_refused_by_name(int blocks)
    {
        var options = new AccelioContextOptions { QuarantineReleasedMemory = blocks };

        var exception = Assert.Throws<ArgumentOutOfRangeException>(() => AccelioContext.Manual(options));

        Assert.Equal("QuarantineReleasedMemory", exception.ParamName);
        Assert.Equal((long)blocks, exception.ActualValue);
    }

    private static unsafe byte[] Read(MemoryHandle pin, int length) => new ReadOnlySpan<byte>(pin.Pointer, length).ToArray();

    private static unsafe byte ReadAfterDispose(InboundMessage message, int place)
    {
        message.TryGetSpan(out var span);
        fixed (byte* first = span)
        {
            message.Dispose();
            return first[place];
        }
    }

    private static void AssertStale(InboundMessage message)
    {
        foreach (var use in Uses)
        {
            var exception = Assert.Throws<ObjectDisposedException>(() => use(message));
            Assert.Contains("The lease of this message has ended", exception.Message, StringComparison.Ordinal);
            Assert.Contains("Retain()", exception.Message, StringComparison.Ordinal);
        }

        message.Dispose();
        message.Dispose();
    }
}
