using Accelio.Reactive.Engine;
using Accelio.Transports;
using Accelio.Transports.Wire;
using Xunit;

namespace Accelio.Reactive.Tests.Engine;

public class RequestRules
{
    private readonly EngineWorld _world = new EngineWorld().Established();

    [Fact]
    public void Requests_are_numbered_and_name_the_peers_session()
    {
        _world.Send(new RecordedMessage("a"));
        _world.Send(new RecordedMessage("b"));

        var sent = _world.TakeSent();

        Assert.Equal(["a", "b"], sent.Select(frame => frame.Text));
        Assert.All(sent, frame => Assert.Equal(7u, frame.Header.Destination));
        Assert.Equal([0, 1], sent.Select(frame => (int)frame.Header.SequenceNumber));
        Assert.Equal([0ul, 1ul], sent.Select(frame => frame.Header.Serial));
        Assert.Equal(ushort.MaxValue, sent[0].Header.AckSequenceNumber);
        Assert.NotEqual(sent[0].Header.LocalTask, sent[1].Header.LocalTask);
    }

    [Fact]
    public void Answers_may_come_in_any_order()
    {
        var first = _world.Send(new RecordedMessage("a"));
        var second = _world.Send(new RecordedMessage("b"));
        var sent = _world.TakeSent();

        _world.PeerResponse(sent[1], "B");
        _world.PeerResponse(sent[0], "A");

        Assert.Equal("answered A", first.Outcome);
        Assert.Equal("answered B", second.Outcome);
    }

    [Fact]
    public void An_answer_to_nothing_closes_the_link()
    {
        _world.Peer(new FrameHeader { Type = FrameType.Response, RemoteTask = 12345, Flags = MessageFlags.ReceiptLast });

        Assert.Equal(LinkError.UnknownTask, _world.Link.Aborted?.Error);
    }

    [Fact]
    public void A_second_answer_closes_the_link()
    {
        _world.Send(new RecordedMessage("a"));
        var sent = _world.TakeOne();
        _world.PeerResponse(sent, "A");

        _world.PeerResponse(sent, "A again");

        Assert.Equal(LinkError.UnknownTask, _world.Link.Aborted?.Error);
    }

    [Fact]
    public void A_status_fails_the_request()
    {
        var request = _world.Send(new RecordedMessage("a"));

        _world.PeerResponse(_world.TakeOne(), status: (uint)AccelioStatus.PartialMessage);

        Assert.Equal(FailureKind.PeerStatus, request.Failure.Kind);
        Assert.Equal(AccelioStatus.PartialMessage, request.Failure.Status);
    }

    [Fact]
    public void A_late_answer_is_thrown_away_and_the_link_lives_on()
    {
        var request = _world.Send(new RecordedMessage("a", timeLimit: TimeSpan.FromSeconds(1).Ticks));
        var sent = _world.TakeOne();
        _world.Pass(TimeSpan.FromSeconds(1.1));
        Assert.Equal("failed TimedOut may have executed", request.Outcome);

        _world.PeerResponse(sent, "too late");
        var next = _world.Send(new RecordedMessage("b"));
        _world.PeerResponse(_world.TakeOne(), "B");

        Assert.Null(_world.Link.Aborted);
        Assert.Equal("answered B", next.Outcome);
        Assert.Equal(0, _world.Machine.Tasks.Count);
    }

    [Fact]
    public void A_request_that_timed_out_in_the_queue_never_leaves()
    {
        var world = new EngineWorld().Established(windowMessages: 1);
        world.Send(new RecordedMessage("a"));
        var queued = world.Send(new RecordedMessage("b", timeLimit: TimeSpan.FromSeconds(1).Ticks));
        var sent = world.TakeOne();

        world.Pass(TimeSpan.FromSeconds(1.1));
        world.PeerResponse(sent, "A", creditMessages: 1, creditBytes: 1);

        Assert.Equal("failed TimedOut", queued.Outcome);
        Assert.Empty(world.TakeSent());
    }

    [Fact]
    public void The_caller_is_not_told_before_the_link_lets_go_of_its_memory()
    {
        _world.Link.References = true;
        var request = _world.Send(new RecordedMessage("large"));
        var sent = _world.TakeOne();

        _world.PeerResponse(sent, "A");
        Assert.Equal("pending", request.Outcome);
        _world.On(() => _world.Machine.OnReleased(_world.Link, sent.Token!));

        Assert.Equal("answered A", request.Outcome);
    }

    [Fact]
    public void A_link_that_does_not_let_go_of_a_timed_out_callers_memory_is_cut()
    {
        _world.Link.References = true;
        var request = _world.Send(new RecordedMessage("large", timeLimit: TimeSpan.FromSeconds(1).Ticks));
        var sent = _world.TakeOne();

        _world.Pass(TimeSpan.FromSeconds(2.2));
        Assert.Equal(LinkError.SendStalled, _world.Link.Aborted?.Error);
        Assert.Equal("pending", request.Outcome);
        _world.On(() => _world.Machine.OnReleased(_world.Link, sent.Token!));

        Assert.Equal("failed TimedOut may have executed", request.Outcome);
    }

    [Fact]
    public void A_timed_out_message_with_memory_of_its_own_waits_for_nothing_and_the_link_lives_on()
    {
        _world.Link.References = true;
        var request = _world.Send(new RecordedMessage("large", timeLimit: TimeSpan.FromSeconds(1).Ticks) { OwnsMemory = true });
        var sent = _world.TakeOne();

        _world.Pass(TimeSpan.FromSeconds(1.1));
        Assert.Equal("failed TimedOut may have executed", request.Outcome);
        _world.Pass(TimeSpan.FromSeconds(1.1));
        Assert.Null(_world.Link.Aborted);
        _world.On(() => _world.Machine.OnReleased(_world.Link, sent.Token!));
        _world.PeerResponse(sent, "too late");

        Assert.Equal("failed TimedOut may have executed", request.Outcome);
        Assert.Equal(0, _world.Machine.Tasks.Count);
    }

    [Fact]
    public void A_sender_that_gives_up_waiting_for_its_memory_waits_no_longer_than_AbortTimeout()
    {
        _world.Link.References = true;
        var message = _world.Send(new RecordedMessage("large", OutgoingKind.OneWay));
        var sent = _world.TakeOne();

        _world.Pass(TimeSpan.FromSeconds(5));
        Assert.Equal("pending", message.Outcome);
        _world.On(() => _world.Connection.EndLocally(message, new Failure(FailureKind.Canceled, AccelioStatus.MessageCanceled, "enough")));
        Assert.Equal("pending", message.Outcome);
        _world.Pass(TimeSpan.FromSeconds(1.1));
        Assert.Equal(LinkError.SendStalled, _world.Link.Aborted?.Error);
        _world.On(() => _world.Machine.OnReleased(_world.Link, sent.Token!));

        Assert.Equal("failed Canceled may have executed", message.Outcome);
    }

    [Fact]
    public void An_answer_that_came_before_the_cancellation_stands_and_one_that_comes_behind_it_is_dropped()
    {
        var answered = _world.Send(new RecordedMessage("a"));
        var canceled = _world.Send(new RecordedMessage("b"));
        var sent = _world.TakeSent();
        var failure = new Failure(FailureKind.Canceled, AccelioStatus.MessageCanceled, "enough");

        _world.PeerResponse(sent[0], "A");
        _world.On(() => _world.Connection.EndLocally(answered, failure));
        _world.On(() => _world.Connection.EndLocally(canceled, failure));
        _world.PeerResponse(sent[1], "B");

        Assert.Equal(("answered A", "failed Canceled may have executed"), (answered.Outcome, canceled.Outcome));
        Assert.Equal(0, _world.Machine.Tasks.Count);
    }

    [Fact]
    public void Our_own_peer_must_not_miscount()
    {
        _world.Send(new RecordedMessage("a"));
        var sent = _world.TakeOne();

        _world.Peer(new FrameHeader { Type = FrameType.Response, RemoteTask = sent.Header.LocalTask, Flags = MessageFlags.ReceiptLast, SequenceNumber = 5 });

        Assert.Equal(LinkError.SequenceError, _world.Link.Aborted?.Error);
    }

    [Fact]
    public void A_C_peer_may_miscount()
    {
        var world = new EngineWorld().Established(ours: false);
        var request = world.Send(new RecordedMessage("a"));
        var sent = world.TakeOne();

        world.Peer(new FrameHeader { Type = FrameType.Response, RemoteTask = sent.Header.LocalTask, Flags = MessageFlags.ReceiptLast, SequenceNumber = 5 });

        Assert.Equal("answered ", request.Outcome);
        Assert.Contains("note UnexpectedSequence", world.Log);
    }

    [Fact]
    public void Repeated_serials_of_a_C_peer_are_dropped()
    {
        var world = new EngineWorld(isClient: false).Established(ours: false);
        var header = world.NextRequest(FrameType.OneWay, 0);
        world.Peer(header with { Serial = 5 }, body: "five"u8.ToArray());
        world.Peer(header with { Serial = 5, SequenceNumber = 1 }, body: "five again"u8.ToArray());
        world.Peer(header with { Serial = 3, SequenceNumber = 2 }, body: "three"u8.ToArray());
        world.Peer(header with { Serial = 7, SequenceNumber = 3 }, body: "seven"u8.ToArray());

        Assert.Equal(["established", "message five", "error MessageDiscarded", "error MessageDiscarded", "message seven"], world.Events.Log);
    }

    [Fact]
    public void A_request_to_no_session_is_dropped_and_the_link_lives_on()
    {
        _world.Peer(new FrameHeader { Type = FrameType.Request, Destination = 4711, LocalTask = 1 });

        Assert.Null(_world.Link.Aborted);
        Assert.Contains("note UnknownSession", _world.Log);
    }

    [Theory]
    [InlineData(AccelioStatus.NotSupported)]
    [InlineData(AccelioStatus.MessageDiscarded)]
    [InlineData(AccelioStatus.Unsuccessful)]
    public void A_C_peer_gets_a_status_as_an_empty_response_and_no_text(AccelioStatus status)
    {
        var sent = Refuse(new EngineWorld(isClient: false).Established(ours: false), status);

        Assert.Equal((FrameType.Response, 8u, (uint)status, MessageFlags.ReceiptLast), (sent.Type, sent.Header.RemoteTask, sent.Header.Status, sent.Header.Flags));
        Assert.Equal((0, 0, 0), (sent.Items.Length, sent.UserHeader.Length, sent.Text.Length));
    }

    [Fact]
    public void Our_own_peer_gets_the_text_as_an_item()
    {
        var sent = Refuse(new EngineWorld(isClient: false).Established(), AccelioStatus.Unsuccessful);

        Assert.True(MessageItems.TryParse(sent.Items, out var items, out _, out _));
        Assert.Equal("why"u8, items.FailureText);
        Assert.Equal(MessageFlags.ReceiptLast | MessageFlags.Items, sent.Header.Flags);
    }

    [Fact]
    public void A_request_that_nobody_answers_is_answered_when_its_time_is_over()
    {
        var options = new AccelioServerOptions { ResponseTimeout = TimeSpan.FromSeconds(5) };
        var world = new EngineWorld(isClient: false, options).Established(ours: false);
        world.PeerRequest("x", task: 8);

        world.Pass(TimeSpan.FromSeconds(4.9));
        Assert.Empty(world.TakeSent());
        world.Pass(TimeSpan.FromSeconds(0.2));

        Assert.Equal((uint)AccelioStatus.MessageDiscarded, world.TakeOne().Header.Status);
        Assert.Equal(0, world.Connection.OpenRequests);
    }

    [Fact]
    public void Room_for_a_large_answer_is_offered_to_C_peers_only()
    {
        var c = new EngineWorld().Established(ours: false);
        c.Send(new RecordedMessage("a"));
        _world.Send(new RecordedMessage("a"));

        Assert.Equal(64u << 20, c.TakeOne().OfferedRoom);
        Assert.Equal(0u, _world.TakeOne().OfferedRoom);
    }

    private static SentFrame Refuse(EngineWorld world, AccelioStatus status)
    {
        world.Events.Keep = true;
        world.PeerRequest("x", task: 8);
        var request = world.Events.Kept[0];
        world.On(() =>
        {
            Assert.True(request.TryClaimAnswer(request.Version));
            world.Connection.SendStatusResponse(request, status, "why");
        });
        return world.TakeOne();
    }
}
