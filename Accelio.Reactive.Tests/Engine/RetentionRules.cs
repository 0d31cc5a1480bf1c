using Accelio.Reactive.Engine;
using Accelio.Transports;
using Accelio.Transports.Wire;
using Xunit;

namespace Accelio.Reactive.Tests.Engine;

/// <summary>What is kept until the peer has it, and the acknowledgements that free it.</summary>
public class RetentionRules
{
    [Fact]
    public void What_was_sent_is_kept_until_the_peer_says_that_it_has_it()
    {
        var world = Client();
        for (var i = 0; i < 5; i++)
        {
            world.Send(new RecordedMessage($"m{i}", OutgoingKind.OneWay));
        }

        Assert.Equal((5, 0), world.Connection.Retained);
        PeerAcks(world, 3, 0);
        Assert.Equal((2, 0), world.Connection.Retained);
        PeerAcks(world, 5, 0);
        Assert.Equal((0, 0), world.Connection.Retained);
        Assert.Null(world.Link.Aborted);
    }

    [Fact]
    public void An_answer_says_that_the_peer_has_its_request_and_all_that_was_sent_before()
    {
        var world = Client();
        world.Send(new RecordedMessage("before", OutgoingKind.OneWay));
        world.Send(new RecordedMessage("request"));
        var request = world.TakeSent()[^1];
        world.Send(new RecordedMessage("after", OutgoingKind.OneWay));

        world.PeerResponse(request);

        Assert.Equal((1, 0), world.Connection.Retained);
    }

    [Fact]
    public void Memory_of_the_caller_is_waited_for_until_the_peer_has_the_message()
    {
        var world = Client();
        var large = world.Send(new RecordedMessage(new byte[20_000], OutgoingKind.OneWay));
        Assert.Equal("pending", large.Outcome);

        PeerAcks(world, 1, 0);

        Assert.Equal("done", large.Outcome);
    }

    [Theory]
    [InlineData(3, 0)]
    [InlineData(0, 1)]
    [InlineData(-1, 0)]
    public void A_peer_that_claims_what_it_never_got_loses_the_link(long messages, long answers)
    {
        var world = Client();
        world.Send(new RecordedMessage("one", OutgoingKind.OneWay));
        world.Send(new RecordedMessage("two", OutgoingKind.OneWay));

        PeerAcks(world, (ulong)messages, (ulong)answers);

        Assert.Equal(LinkError.SequenceError, world.Link.Aborted?.Error);
    }

    [Fact]
    public void An_old_acknowledgement_takes_nothing_back()
    {
        var world = Client();
        world.Send(new RecordedMessage("one", OutgoingKind.OneWay));
        world.Send(new RecordedMessage("two", OutgoingKind.OneWay));
        PeerAcks(world, 2, 0);

        PeerAcks(world, 1, 0);

        Assert.Null(world.Link.Aborted);
        Assert.Equal((0, 0), world.Connection.Retained);
    }

    [Fact]
    public void One_way_messages_are_acknowledged_after_as_many_as_a_quarter_of_the_window_or_50_ms()
    {
        var world = Server();
        for (var i = 0; i < 25; i++)
        {
            Assert.Empty(Acks(world));
            world.PeerOneWay("m");
        }

        Assert.Equal([new AckPayload(25, 0)], Acks(world));
        world.PeerOneWay("m");
        Assert.Empty(Acks(world));
        world.Pass(TimeSpan.FromMilliseconds(100));
        Assert.Equal([new AckPayload(26, 0)], Acks(world));
        world.Pass(TimeSpan.FromMilliseconds(300));
        Assert.Empty(Acks(world));
    }

    [Fact]
    public void A_long_message_is_acknowledged_at_once_for_somebody_may_wait_for_his_memory()
    {
        var world = Server();

        world.Peer(world.NextRequest(FrameType.OneWay, 0), body: new byte[20_000]);

        Assert.Equal([new AckPayload(1, 0)], Acks(world));
    }

    [Fact]
    public void Answers_are_kept_and_hold_the_credit_of_their_requests_until_the_peer_has_them()
    {
        var world = Server(options => options.WindowMessages = 2);
        world.Events.Keep = true;
        world.PeerRequest("one", 1);
        world.PeerRequest("two", 2);
        foreach (var request in world.Events.Kept)
        {
            world.On(() => Assert.True(request.TryClaimAnswer(request.Version)));
            world.On(() => world.Connection.Respond(request, new byte[1], token: null, out _));
            world.On(() => request.Release(request.Version));
        }

        Assert.Equal((0, 2), world.Connection.Retained);
        Assert.Equal(2, world.Connection.GetSnapshot().HeldMessages);
        Assert.DoesNotContain(world.TakeSent(), frame => frame.Header.CreditMessages != 0);

        PeerAcks(world, 0, 2);

        Assert.Equal((0, 0), world.Connection.Retained);
        Assert.Equal(0, world.Connection.GetSnapshot().HeldMessages);
    }

    [Fact]
    public void Where_nothing_is_resumed_nothing_is_kept_and_nothing_acknowledged()
    {
        var world = new EngineWorld(options: new AccelioSessionOptions { Resume = true }).Established();
        world.Send(new RecordedMessage(new byte[20_000], OutgoingKind.OneWay));
        for (var i = 0; i < 100; i++)
        {
            world.PeerOneWay("m");
        }

        world.Pass(TimeSpan.FromMilliseconds(200));

        Assert.Equal((0, 0), world.Connection.Retained);
        Assert.Empty(Acks(world));
    }

    private static EngineWorld Client() => new EngineWorld(options: new AccelioSessionOptions { Resume = true }, more: LinkFeatures.Resume).Established();

    private static EngineWorld Server(Action<AccelioServerOptions>? configure = null)
    {
        var options = new AccelioServerOptions { Resume = true };
        configure?.Invoke(options);
        return new EngineWorld(isClient: false, options, LinkFeatures.Resume).Established();
    }

    private static void PeerAcks(EngineWorld world, ulong messages, ulong answers)
    {
        var payload = new byte[AckPayload.Size];
        new AckPayload(messages, answers).Write(payload);
        world.Peer(new FrameHeader { Type = FrameType.ExtensionRequest, Destination = world.Connection.LocalId }, payload);
    }

    private static List<AckPayload> Acks(EngineWorld world)
    {
        List<AckPayload> acks = [];
        foreach (var frame in world.TakeSent())
        {
            if (frame.Header.Type == FrameType.ExtensionRequest && frame.UserHeader[0] == (byte)ControlOperation.Ack)
            {
                Assert.True(AckPayload.TryParse(frame.UserHeader, out var ack, out _));
                acks.Add(ack);
            }
        }

        return acks;
    }
}
