using Accelio.Reactive.Engine;
using Accelio.Transports;
using Accelio.Transports.Wire;
using Xunit;

namespace Accelio.Reactive.Tests.Engine;

/// <summary>When a connection that is drained lets its FIN go, and what it tells its peer (docs/wire-protocol.md, 19.7).</summary>
public class DrainRules
{
    [Fact]
    public void The_FIN_waits_for_the_answers_of_this_side_and_nothing_new_is_begun()
    {
        var world = Open();
        var running = world.Send(new RecordedMessage("runs"));
        var sent = world.TakeOne();

        world.On(world.Connection.BeginDrain);
        Assert.Equal([3], world.TakeOne().UserHeader);
        var late = world.Send(new RecordedMessage("late"));
        PeerSays(world, new DrainedPayload(ulong.MaxValue));
        Assert.Empty(world.TakeSent());
        world.PeerResponse(sent, "A");

        Assert.Equal(("answered A", "failed SessionClosed"), (running.Outcome, late.Outcome));
        Assert.Equal(FrameType.FinRequest, world.TakeOne().Type);
    }

    [Fact]
    public void What_was_accepted_before_is_still_sent()
    {
        var world = Open(windowMessages: 1);
        world.Send(new RecordedMessage("first"));
        var queued = world.Send(new RecordedMessage("queued"));
        var first = world.TakeOne();

        world.On(world.Connection.BeginDrain);
        PeerSays(world, new DrainedPayload(ulong.MaxValue));
        world.TakeSent();
        world.PeerResponse(first, "A", creditMessages: 1, creditBytes: 100);
        var second = world.TakeOne();
        world.PeerResponse(second, "B");

        Assert.Equal(("queued", "answered B"), (second.Text, queued.Outcome));
        Assert.Equal(FrameType.FinRequest, world.TakeOne().Type);
    }

    [Fact]
    public void The_FIN_waits_for_everything_that_the_peer_has_sent_to_come_and_to_be_answered_and_released()
    {
        var world = Open();
        world.Events.Keep = true;
        world.PeerRequest("one", 41);
        world.On(world.Connection.BeginDrain);
        PeerSays(world, new DrainedPayload(1));
        world.TakeSent();

        Answer(world, 0);
        Assert.Equal(FrameType.Response, world.TakeOne().Type);
        world.PeerRequest("two, which was on its way", 42);
        Answer(world, 1);
        Assert.Equal(FrameType.Response, world.TakeOne().Type);
        world.On(() => world.Events.Kept[0].Release(world.Events.Kept[0].Version));
        Assert.DoesNotContain(world.TakeSent(), frame => frame.Type == FrameType.FinRequest);
        world.On(() => world.Events.Kept[1].Release(world.Events.Kept[1].Version));

        Assert.Contains(world.TakeSent(), frame => frame.Type == FrameType.FinRequest);
    }

    [Fact]
    public void A_request_whose_observer_has_returned_may_still_be_answered()
    {
        var world = Open();
        world.On(world.Connection.BeginDrain);
        PeerSays(world, new DrainedPayload(0));
        world.TakeSent();
        world.Events.Keep = true;

        world.PeerRequest("on its way", 41);
        world.On(() => world.Events.Kept[0].Release(world.Events.Kept[0].Version));
        Assert.DoesNotContain(world.TakeSent(), frame => frame.Type == FrameType.FinRequest);
        Answer(world, 0);

        Assert.Equal([FrameType.Response, FrameType.FinRequest], world.TakeSent().Select(frame => frame.Type));
    }

    [Fact]
    public void A_peer_that_drains_gets_nothing_new_and_is_told_the_last_that_was_sent()
    {
        var world = Open(windowMessages: 1);
        var sent = world.Send(new RecordedMessage("sent"));
        var queued = world.Send(new RecordedMessage("queued"));
        var first = world.TakeOne();

        PeerSays(world, [3]);
        var late = world.Send(new RecordedMessage("late"));

        Assert.True(DrainedPayload.TryParse(world.TakeOne().UserHeader, out var drained, out _));
        Assert.Equal(0ul, drained.LastSerial);
        Assert.Equal(("pending", "failed SessionClosed", "failed SessionClosed"), (sent.Outcome, queued.Outcome, late.Outcome));
        Assert.Equal(["closing by peer", "peer drains"], world.Events.Log.Skip(1));
        world.PeerResponse(first, "A", creditMessages: 1, creditBytes: 100);
        Assert.Equal("answered A", sent.Outcome);

        // The FIN is the peer's to send: it knows when it is done.
        Assert.Empty(world.TakeSent());
        world.PeerControl(FrameType.FinRequest, 77);
        Assert.Equal([FrameType.FinResponse, FrameType.FinRequest], world.TakeSent().Select(frame => frame.Type));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void While_the_session_looks_for_another_place_what_is_queued_waits_and_the_peer_is_told_at_the_end_of_that(bool isClosedMeanwhile)
    {
        var world = Open(windowMessages: 1);
        world.Events.Moves = true;
        world.Send(new RecordedMessage("sent"));
        var queued = world.Send(new RecordedMessage("queued"));
        var first = world.TakeOne();

        PeerSays(world, [3]);
        PeerSays(world, [3]);
        var late = world.Send(new RecordedMessage("late"));
        world.PeerResponse(first, "A", creditMessages: 5, creditBytes: 500);

        Assert.Empty(world.TakeSent());
        Assert.Equal(("pending", "pending", 1), (queued.Outcome, late.Outcome, world.Events.Log.Count));
        if (isClosedMeanwhile)
        {
            world.PeerControl(FrameType.FinRequest, 77);
            Assert.Equal([FrameType.FinResponse, FrameType.FinRequest], world.TakeSent().Select(frame => frame.Type));
        }

        world.On(world.Connection.EndMove);

        Assert.Equal(("failed SessionClosed", "failed SessionClosed"), (queued.Outcome, late.Outcome));
        Assert.Equal(isClosedMeanwhile ? [] : [4], world.TakeSent().Select(frame => frame.UserHeader[0]));
        Assert.Equal(!isClosedMeanwhile, world.Events.Log.Contains("closing by peer"));
    }

    [Fact]
    public void Both_may_drain_at_once_and_a_second_drain_changes_nothing()
    {
        var world = Open();
        world.On(world.Connection.BeginDrain);
        world.On(world.Connection.BeginDrain);
        Assert.Equal([3], world.TakeOne().UserHeader);

        PeerSays(world, [3]);
        Assert.Equal(4, world.TakeOne().UserHeader[0]);
        PeerSays(world, [3]);
        Assert.Equal(4, world.TakeOne().UserHeader[0]);
        PeerSays(world, new DrainedPayload(ulong.MaxValue));

        Assert.Equal(FrameType.FinRequest, world.TakeOne().Type);
        world.On(world.Connection.BeginDrain);
        Assert.Empty(world.TakeSent());
    }

    [Fact]
    public void A_close_cuts_a_drain_short()
    {
        var world = Open();
        var running = world.Send(new RecordedMessage("runs"));
        world.On(world.Connection.BeginDrain);
        world.TakeSent();

        world.On(world.Connection.Close);
        Assert.Equal(FrameType.FinRequest, world.TakeOne().Type);
        world.Pass(TimeSpan.FromSeconds(2.1));

        Assert.Equal("failed SessionClosed may have executed", running.Outcome);
        Assert.NotNull(world.Events.Closed);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_peer_without_the_extension_gets_the_FIN_at_the_first_moment_without_work(bool ours)
    {
        var world = new EngineWorld().Established(ours);
        world.Send(new RecordedMessage("runs"));
        var sent = world.TakeOne();
        world.Events.Keep = true;
        world.PeerRequest("served", 41);

        world.On(world.Connection.BeginDrain);
        world.PeerResponse(sent, "A");
        Assert.Empty(world.TakeSent());
        Answer(world, 0);
        world.On(() => world.Events.Kept[0].Release(world.Events.Kept[0].Version));

        Assert.Equal([FrameType.Response, FrameType.FinRequest], world.TakeSent().Select(frame => frame.Type));
    }

    [Fact]
    public void Life_is_looked_after_while_a_drain_takes_its_time()
    {
        var world = Open();
        world.Send(new RecordedMessage("runs"));
        world.On(world.Connection.BeginDrain);
        world.TakeSent();

        world.Pass(TimeSpan.FromSeconds(4), peerIsAlive: false);

        Assert.Equal(FrameType.KeepAliveRequest, world.TakeOne().Type);
    }

    [Fact]
    public void Where_nothing_was_to_be_drained_nothing_is_drained()
    {
        var world = Open();

        PeerSays(world, new DrainedPayload(0));

        Assert.Equal(LinkError.UnexpectedFrame, world.Link.Aborted?.Error);
    }

    private static EngineWorld Open(uint windowMessages = 100) => new EngineWorld(more: LinkFeatures.Drain).Established(windowMessages: windowMessages);

    private static void Answer(EngineWorld world, int index)
    {
        var request = world.Events.Kept[index];
        world.On(() => request.RespondAsync(request.Version, "done"u8.ToArray()));
    }

    private static void PeerSays(EngineWorld world, byte[] payload) => world.Peer(new FrameHeader { Type = FrameType.ExtensionRequest, Destination = world.Connection.LocalId }, payload);

    private static void PeerSays(EngineWorld world, DrainedPayload drained)
    {
        var payload = new byte[DrainedPayload.Size];
        drained.Write(payload);
        PeerSays(world, payload);
    }
}
