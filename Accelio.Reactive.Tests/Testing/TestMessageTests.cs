using System.Reactive.Linq;
using System.Reactive.Subjects;
using System.Text;
using Xunit;

namespace Accelio.Reactive.Tests.Testing;

/// <summary>Messages and requests made in tests follow the rules of those that arrive. Written as users write it: nothing but the public surface (a test in House sees to that).</summary>
public class TestMessageTests
{
    [Fact]
    public void A_message_shows_what_its_sender_gave()
    {
        var sent = new OutboundMessage("body"u8.ToArray()) { Header = "head"u8.ToArray(), Options = MessageOptions.LastInBatch | MessageOptions.RequestReceipt };

        var message = new TestMessage(sent).Message;

        Assert.Equal("head", Text(message.Header));
        Assert.Equal("body", Encoding.UTF8.GetString(message.Payload));
        Assert.True(message.TryGetSpan(out var span));
        Assert.Equal("body", Encoding.UTF8.GetString(span));
        Assert.Equal((4, true, true), (message.PayloadLength, message.LastInBatch, message.ReceiptRequested));
        Assert.Equal((null, null), (message.Session, message.Connection));
    }

    [Fact]
    public void An_empty_message_is_a_message()
    {
        var message = new TestMessage(default).Message;

        Assert.Equal((0, 0), (message.PayloadLength, message.Header.Length));
        Assert.True(message.Payload.IsEmpty);
        Assert.Equal(0, message.Detach().Payload.Length);
    }

    [Fact]
    public void The_bytes_are_a_copy()
    {
        var bytes = "before"u8.ToArray();
        var message = new TestMessage(bytes).Message;

        bytes.AsSpan().Clear();

        Assert.Equal("before", Encoding.UTF8.GetString(message.Payload));
    }

    [Fact]
    public void A_message_is_released_when_the_last_lease_ends()
    {
        var made = new TestMessage("x"u8.ToArray());
        var retained = made.Message.Retain();

        made.Message.Dispose();
        Assert.False(made.IsReleased);
        Assert.Equal(1, retained.PayloadLength);
        retained.Dispose();

        Assert.True(made.IsReleased);
        Assert.False(made.IsRejected);
    }

    [Fact]
    public void After_the_end_of_its_lease_a_message_throws_and_so_does_its_memory()
    {
        var message = new TestMessage(new OutboundMessage("body"u8.ToArray()) { Header = "head"u8.ToArray() }).Message;
        var (header, payload) = (message.Header, message.Payload.First);

        message.Dispose();
        message.Dispose();

        Assert.Throws<ObjectDisposedException>(() => message.PayloadLength);
        Assert.Throws<ObjectDisposedException>(() => message.Retain());
        Assert.Throws<ObjectDisposedException>(() => header.Span.Length);
        Assert.Throws<ObjectDisposedException>(() => payload.Span.Length);
    }

    [Fact]
    public void A_rejected_message_says_so()
    {
        var made = new TestMessage("x"u8.ToArray());

        made.Message.Reject();

        Assert.Equal((true, true), (made.IsRejected, made.IsReleased));
    }

    [Fact]
    public void A_pushed_message_is_valid_until_OnNext_returns_whatever_its_observers_dispose()
    {
        var made = new TestMessage("tick"u8.ToArray());
        using var messages = new Subject<InboundMessage>();
        var seen = new List<string>();
        InboundMessage kept = default;
        messages.Subscribe(message =>
        {
            message.Dispose();
            kept = message;
        });
        messages.Read(message => Encoding.UTF8.GetString(message.Payload)).Subscribe(seen.Add);

        made.PushTo(messages);

        Assert.Equal(["tick"], seen);
        Assert.True(made.IsReleased);
        Assert.Throws<ObjectDisposedException>(() => kept.PayloadLength);
        Assert.Throws<ObjectDisposedException>(() => made.PushTo(messages));
    }

    [Fact]
    public void A_pushed_message_may_be_retained_detached_and_read_from_a_channel()
    {
        var made = new TestMessage("tick"u8.ToArray());
        using var messages = new Subject<InboundMessage>();
        var retained = new List<InboundMessage>();
        var detached = new List<DetachedMessage>();
        messages.Retain().Subscribe(retained.Add);
        messages.Detach().Subscribe(detached.Add);
        var channel = messages.ToChannel();

        made.PushTo(messages);

        Assert.False(made.IsReleased);
        Assert.True(channel.TryRead(out var read));
        Assert.Equal("tick", Encoding.UTF8.GetString(read.Payload));
        Assert.Equal("tick", Text(Assert.Single(detached).Payload));
        read.Dispose();
        Assert.Single(retained).Dispose();
        Assert.True(made.IsReleased);
    }

    [Fact]
    public void What_an_observer_throws_comes_out_and_the_message_is_released()
    {
        var made = new TestMessage("x"u8.ToArray());
        using var messages = new Subject<InboundMessage>();
        messages.Subscribe(_ => throw new InvalidOperationException("mine"));

        Assert.Equal("mine", Assert.Throws<InvalidOperationException>(() => made.PushTo(messages)).Message);
        Assert.True(made.IsReleased);
    }

    private static string Text(ReadOnlyMemory<byte> bytes) => Encoding.UTF8.GetString(bytes.Span);
}
