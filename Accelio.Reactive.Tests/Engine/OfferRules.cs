using Accelio.Reactive.Engine;
using Accelio.Transports;
using Accelio.Transports.Wire;
using Xunit;

namespace Accelio.Reactive.Tests.Engine;

/// <summary>Registered buffers for responses, into which the peer's device may write: whose they are, and until when.</summary>
public class OfferRules
{
    [Fact]
    public void A_registered_buffer_is_offered_and_is_in_use_until_the_answer_is_in_it()
    {
        var world = Open();
        using var buffer = RegisteredMemory.Rent(100);
        var message = world.Send(Asking(buffer.Memory[10..]));
        var sent = world.TakeOne();
        Assert.Equal([90u], world.Link.Devices!.Offered.Select(offer => offer.Length));
        Assert.True(buffer.IsInUse);

        world.PeerWrites(sent, "the answer");

        Assert.Equal("answered the answer", message.Outcome);
        Assert.Equal("the answer"u8.ToArray(), buffer.GetSpan().Slice(10, 10).ToArray());
        Assert.False(buffer.IsInUse);
    }

    [Fact]
    public void An_answer_that_comes_with_its_message_is_as_good()
    {
        var world = Open();
        using var buffer = RegisteredMemory.Rent(100);
        var message = world.Send(Asking(buffer.Memory));

        world.PeerResponse(world.TakeOne(), "short");

        Assert.Equal("answered short", message.Outcome);
        Assert.Equal("short"u8.ToArray(), buffer.GetSpan()[..5].ToArray());
        Assert.False(buffer.IsInUse);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Buffers_that_no_device_knows_are_not_offered_and_not_held(bool isFull)
    {
        var world = Open();
        world.Link.Devices!.IsFull = isFull;
        using var buffer = RegisteredMemory.Rent(100);

        world.Send(Asking(isFull ? buffer.Memory : new byte[100]));

        Assert.Equal(isFull ? 1 : 0, world.Link.Devices.Offered.Count);
        Assert.False(buffer.IsInUse);
    }

    [Theory]
    [InlineData(true, 101)]
    [InlineData(false, 5)]
    public void What_was_written_where_nothing_or_less_was_offered_is_not_taken(bool isOffered, int length)
    {
        var world = Open();
        using var buffer = RegisteredMemory.Rent(100);
        world.Send(Asking(isOffered ? buffer.Memory : new byte[100]));

        world.PeerWrites(world.TakeOne(), new string('x', length));

        Assert.Equal(PlacementKind.Pool, world.Link.Placement);
    }

    [Fact]
    public void A_call_that_is_given_up_ends_when_the_peer_has_answered_and_writes_no_more()
    {
        var world = Open();
        using var buffer = RegisteredMemory.Rent(100);
        var message = world.Send(Asking(buffer.Memory));
        var sent = world.TakeOne();

        world.On(() => world.Connection.EndLocally(message, new Failure(FailureKind.Canceled, AccelioStatus.MessageCanceled, "given up")));
        Assert.Equal("pending", message.Outcome);
        Assert.True(buffer.IsInUse);
        world.PeerWrites(sent, "too late");

        Assert.Equal(PlacementKind.Discard, world.Link.Placement);
        Assert.Equal("failed Canceled may have executed", message.Outcome);
        Assert.False(buffer.IsInUse);
    }

    [Fact]
    public void Where_no_answer_comes_within_AbortTimeout_the_link_is_cut_before_the_buffer_is_free()
    {
        var world = Open();
        using var buffer = RegisteredMemory.Rent(100);
        var message = world.Send(Asking(buffer.Memory, TimeSpan.FromSeconds(2).Ticks));

        world.Pass(TimeSpan.FromSeconds(2.5));
        Assert.Equal(("pending", true), (message.Outcome, buffer.IsInUse));
        Assert.Null(world.Link.Aborted);
        world.Pass(TimeSpan.FromSeconds(1));
        Assert.Equal(LinkError.BodyStalled, world.Link.Aborted?.Error);
        Assert.Equal(("pending", true), (message.Outcome, buffer.IsInUse));
        world.On(() => world.Machine.OnClosed(world.Link, LinkError.BodyStalled, "aborted"));

        Assert.Equal("failed TimedOut may have executed", message.Outcome);
        Assert.False(buffer.IsInUse);
    }

    [Fact]
    public void A_connection_that_ends_on_a_link_that_goes_on_leaves_the_buffer_in_use_until_the_answer()
    {
        var world = Open();
        ConnectionMachine? other = null;
        world.On(() => other = world.Machine.OpenSession(new RecordedEvents(), "tcp://h/y"u8, default));
        world.TakeSent();
        using var buffer = RegisteredMemory.Rent(100);
        var message = world.Send(Asking(buffer.Memory));
        var sent = world.TakeOne();
        Assert.Equal(ConnectionState.Connecting, other!.State);

        world.On(world.Connection.Close);
        world.Pass(TimeSpan.FromSeconds(2.5));
        Assert.Equal(ConnectionState.Closed, world.Connection.State);
        Assert.Equal(("pending", true), (message.Outcome, buffer.IsInUse));
        world.PeerWrites(sent, "late");

        Assert.Equal("failed SessionClosed may have executed", message.Outcome);
        Assert.False(buffer.IsInUse);
    }

    private static EngineWorld Open() => new EngineWorld(more: LinkFeatures.DirectMemory).Established();

    private static RecordedMessage Asking(Memory<byte> buffer, long timeLimit = long.MaxValue) => new("ask", timeLimit: timeLimit) { ResponseBuffer = buffer };
}
