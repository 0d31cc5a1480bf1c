using Accelio.Reactive.Engine;
using Accelio.Transports;
using Accelio.Transports.Wire;
using Xunit;

namespace Accelio.Reactive.Tests.Engine;

/// <summary>What goes over the wire when messages are given up, and what the peer makes of it (docs/wire-protocol.md, 19.5).</summary>
public class AbortRules
{
    private static readonly Failure Enough = new(FailureKind.Canceled, AccelioStatus.MessageCanceled, "enough");

    [Fact]
    public void A_request_that_has_left_is_given_up_at_the_peer_and_one_that_waits_never_leaves()
    {
        var world = Requester(windowMessages: 2);
        var sent = world.Send(new RecordedMessage("0"));
        world.Send(new RecordedMessage("1"));
        var queued = world.Send(new RecordedMessage("2"));
        world.TakeSent();

        Assert.Equal(AbortOutcome.NotSent, End(world, queued));
        Assert.Equal(AbortOutcome.Requested, End(world, sent));

        Assert.Equal([new SerialRun(0, 0)], RunsOf(world.TakeOne()));
        Assert.Equal((AbortOutcome.NotSent, AbortOutcome.Requested), (queued.Failure.Outcome, sent.Failure.Outcome));
        Assert.Equal(("failed Canceled", "failed Canceled may have executed"), (queued.Outcome, sent.Outcome));
        Assert.Equal(AbortOutcome.AlreadyAnswered, End(world, sent));
        Assert.Empty(world.TakeSent());
    }

    [Theory]
    [InlineData(AccelioStatus.MessageFlushed, AbortOutcome.DroppedByPeer)]
    [InlineData(AccelioStatus.MessageCanceled, AbortOutcome.CanceledWhileRunning)]
    [InlineData(AccelioStatus.Unsuccessful, AbortOutcome.NotAborted)]
    [InlineData(AccelioStatus.Success, AbortOutcome.NotAborted)]
    public void The_answer_says_what_became_of_it_and_is_thrown_away(AccelioStatus status, AbortOutcome outcome)
    {
        var world = Requester();
        var message = world.Send(new RecordedMessage("a") { Id = new MessageId(8) });
        var sent = world.TakeOne();
        var outcomes = new RecordedOutcomes();
        End(world, message, outcomes);
        Assert.Empty(outcomes.Seen);

        world.PeerResponse(sent, status == AccelioStatus.Success ? "late" : "", status: (uint)status);

        Assert.Equal([(8, outcome)], outcomes.Seen);
        Assert.Equal("failed Canceled may have executed", message.Outcome);
        Assert.Equal(0, world.Machine.Tasks.Count);
        Assert.Null(world.Link.Aborted);
    }

    [Theory]
    [InlineData(0, AbortOutcome.DroppedByPeer)]
    [InlineData(1, AbortOutcome.CanceledWhileRunning)]
    public void A_request_whose_time_was_over_at_the_peer_was_stopped_too(byte mayHaveExecuted, AbortOutcome outcome)
    {
        var world = Requester();
        var message = world.Send(new RecordedMessage("a"));
        var sent = world.TakeOne();
        var outcomes = new RecordedOutcomes();
        End(world, message, outcomes);

        world.PeerResponse(sent, status: (uint)AccelioStatus.MessageDiscarded, items: [0, 3, 5, 1, mayHaveExecuted]);

        Assert.Equal(outcome, Assert.Single(outcomes.Seen).Outcome);
    }

    [Fact]
    public void A_receipt_that_comes_first_is_not_yet_the_answer()
    {
        var world = Requester();
        var message = world.Send(new RecordedMessage("a") { WantsReceipt = true });
        var sent = world.TakeOne();
        var outcomes = new RecordedOutcomes();
        End(world, message, outcomes);

        world.PeerResponse(sent, flags: MessageFlags.ReceiptFirst);
        Assert.Empty(outcomes.Seen);
        world.PeerResponse(sent, status: (uint)AccelioStatus.MessageCanceled);

        Assert.Equal(AbortOutcome.CanceledWhileRunning, Assert.Single(outcomes.Seen).Outcome);
    }

    [Fact]
    public void A_link_that_ends_first_leaves_it_open_what_became_of_it()
    {
        var world = Requester();
        var outcomes = new RecordedOutcomes();
        End(world, world.Send(new RecordedMessage("a")), outcomes);

        world.On(() => world.Machine.OnClosed(world.Link, LinkError.PeerClosed, "gone"));

        Assert.Equal(AbortOutcome.Requested, Assert.Single(outcomes.Seen).Outcome);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Where_the_extension_is_off_nothing_goes_over_the_wire(bool ours)
    {
        var world = new EngineWorld().Established(ours);
        var message = world.Send(new RecordedMessage("a"));
        var sent = world.TakeOne();
        var outcomes = new RecordedOutcomes();

        Assert.Equal(AbortOutcome.NotSupported, End(world, message, outcomes));

        Assert.Empty(world.TakeSent());
        Assert.Equal(AbortOutcome.NotSupported, message.Failure.Outcome);
        world.PeerResponse(sent, "late");
        Assert.Empty(outcomes.Seen);
        Assert.Equal(0, world.Machine.Tasks.Count);
    }

    [Fact]
    public void One_way_messages_are_not_stopped()
    {
        var world = Requester();
        var message = world.Send(new RecordedMessage("a", OutgoingKind.Deliver));
        world.TakeOne();

        Assert.Equal(AbortOutcome.NotSupported, End(world, message));

        Assert.Empty(world.TakeSent());
    }

    [Fact]
    public void A_request_whose_time_is_over_is_given_up_too()
    {
        var world = Requester();
        var message = world.Send(new RecordedMessage("a", timeLimit: TimeSpan.FromSeconds(1).Ticks));
        world.TakeOne();

        world.Pass(TimeSpan.FromSeconds(1.1));

        Assert.Equal("failed TimedOut may have executed", message.Outcome);
        Assert.Equal([new SerialRun(0, 0)], RunsOf(world.TakeOne()));
    }

    [Fact]
    public void Messages_given_up_together_are_named_in_runs_and_in_as_few_frames_as_it_takes()
    {
        var world = Requester(windowMessages: 1000);
        var messages = Enumerable.Range(0, 40).Select(i => world.Send(new RecordedMessage($"{i}"))).ToArray();
        world.TakeSent();

        world.On(() =>
        {
            world.Connection.HoldGivenUp();
            foreach (var serial in (int[])[5, 4, 3, .. Enumerable.Range(0, 17).Select(i => 7 + (2 * i))])
            {
                world.Connection.EndLocally(messages[serial], Enough);
            }

            world.Connection.TellGivenUp();
        });

        var frames = world.TakeSent();
        Assert.Equal([15, 3], frames.Select(frame => RunsOf(frame).Length));
        Assert.Equal([new SerialRun(3, 5), new SerialRun(7, 7), new SerialRun(9, 9)], RunsOf(frames[0])[..3]);
        Assert.Equal(new SerialRun(39, 39), RunsOf(frames[1])[^1]);
    }

    [Fact]
    public void What_waits_for_a_handler_is_dropped_and_its_sender_told()
    {
        var world = Responder();
        var waiting = Waiting(world, "waits", 41);
        var other = Waiting(world, "is wanted", 42);

        world.PeerAborts(new SerialRun(0, 0));

        var answer = world.TakeOne();
        Assert.Equal((FrameType.Response, 41u, (uint)AccelioStatus.MessageFlushed, ""), (answer.Type, answer.Header.RemoteTask, answer.Header.Status, answer.Text));
        Assert.Equal(["request waits", "request is wanted", "dropped"], world.Events.Log.Skip(1));
        Assert.DoesNotContain(waiting, world.Events.Kept);
        Assert.True(other.MayBeAnswered(other.Version));
        Assert.Equal(1, world.Connection.OpenRequests);
    }

    [Fact]
    public void What_runs_is_told_and_may_still_answer()
    {
        var world = Responder();
        var running = Running(world, "runs", 41);
        var request = new InboundRequest(running);
        var token = request.Canceled;

        world.PeerAborts(new SerialRun(0, 0));

        Assert.Empty(world.TakeSent());
        Assert.True(token.IsCancellationRequested);
        Assert.True(request.Canceled.IsCancellationRequested);
        world.On(() => running.RespondAsync(running.Version, "nevertheless"u8.ToArray()));
        var answer = world.TakeOne();
        Assert.Equal((FrameType.Response, 0u), (answer.Type, answer.Header.Status));
    }

    [Fact]
    public void Who_asks_for_the_token_behind_the_abort_gets_one_that_has_fired()
    {
        var world = Responder();
        var running = Running(world, "runs", 41);

        world.PeerAborts(new SerialRun(0, 0));

        Assert.True(new InboundRequest(running).Canceled.IsCancellationRequested);
    }

    [Fact]
    public void A_range_touches_what_is_open_and_nothing_else_however_far_it_spans()
    {
        var world = Responder();
        Running(world, "answered", 41);
        var answered = world.Events.Kept[0];
        world.On(() => answered.RespondAsync(answered.Version, "done"u8.ToArray()));
        var running = Running(world, "runs", 42);
        var header = world.NextRequest(FrameType.Request, 43) with { Serial = ulong.MaxValue };
        world.Peer(header, body: "the last there can be"u8.ToArray());
        var last = world.Events.Kept[^1];
        world.TakeSent();

        world.PeerAborts(new SerialRun(0, ulong.MaxValue - 1));

        Assert.Empty(world.TakeSent());
        Assert.True(running.IsAborted(running.Version));
        Assert.False(last.IsAborted(last.Version));
        world.PeerAborts(new SerialRun(0, 0), new SerialRun(5, ulong.MaxValue));
        Assert.True(last.IsAborted(last.Version));
        Assert.Null(world.Link.Aborted);
    }

    [Fact]
    public void An_abort_that_overtakes_the_body_of_its_request_drops_it_when_it_comes()
    {
        var world = Responder();
        var first = world.NextRequest(FrameType.Request, 41);
        var second = world.NextRequest(FrameType.Request, 42);
        world.PeerBegins(first);
        world.PeerBegins(second);

        world.PeerAborts(new SerialRun(0, 0));
        Assert.Empty(world.TakeSent());
        world.PeerEnds(first, "dropped");
        world.PeerEnds(second, "served");

        var answer = world.TakeOne();
        Assert.Equal((41u, (uint)AccelioStatus.MessageFlushed), (answer.Header.RemoteTask, answer.Header.Status));
        Assert.Equal(["request served"], world.Events.Log.Skip(1));
    }

    [Fact]
    public void An_abort_of_what_was_never_sent_closes_the_link()
    {
        var world = Responder();
        Running(world, "0", 41);

        world.PeerAborts(new SerialRun(0, 1));

        Assert.Equal((LinkError.UnexpectedFrame, "abort of message 1, which was never sent"), world.Link.Aborted);
    }

    [Fact]
    public void A_peer_cannot_make_us_remember_aborts_without_end()
    {
        var world = Responder();
        world.PeerBegins(world.NextRequest(FrameType.Request, 41) with { Serial = 100_000 });

        for (ulong i = 0; i < 1025 && world.Link.Aborted is null; i++)
        {
            world.PeerAborts(new SerialRun(i, i));
        }

        Assert.Equal(LinkError.LimitExceeded, world.Link.Aborted?.Error);
    }

    [Theory]
    [InlineData("02", "abort: length")]
    [InlineData("02" + "00000000000000000000000000000000" + "00", "abort: length")]
    [InlineData("02" + "0000000000000001" + "0000000000000000", "abort: last")]
    [InlineData("02" + "00000000000000000000000000000000" + "00000000000000000000000000000001", "abort: first")]
    [InlineData("", "grant: length")]
    [InlineData("07" + "000000000000000000000000", "grant: opcode")]
    public void A_malformed_control_frame_closes_the_link(string hex, string detail)
    {
        var world = Responder();

        world.Peer(new FrameHeader { Type = FrameType.ExtensionRequest, Destination = world.Connection.LocalId }, Convert.FromHexString(hex));

        Assert.Equal((LinkError.MalformedControl, detail), world.Link.Aborted);
    }

    [Fact]
    public void An_abort_without_the_extension_closes_the_link()
    {
        var world = new EngineWorld(isClient: false).Established();
        world.PeerRequest("0", 41);

        world.PeerAborts(new SerialRun(0, 0));

        Assert.Equal(LinkError.MalformedControl, world.Link.Aborted?.Error);
    }

    private static EngineWorld Requester(uint windowMessages = 100) => new EngineWorld(more: LinkFeatures.Abort).Established(windowMessages: windowMessages);

    private static EngineWorld Responder()
    {
        var world = new EngineWorld(isClient: false, more: LinkFeatures.Abort).Established();
        world.Events.Keep = true;
        return world;
    }

    private static MessageCore Running(EngineWorld world, string text, uint task)
    {
        world.PeerRequest(text, task);
        return world.Events.Kept[^1];
    }

    private static MessageCore Waiting(EngineWorld world, string text, uint task)
    {
        var request = Running(world, text, task);
        request.IsWaiting = true;
        return request;
    }

    private static AbortOutcome End(EngineWorld world, RecordedMessage message, RecordedOutcomes? outcomes = null)
    {
        var outcome = AbortOutcome.Unknown;
        world.On(() => outcome = world.Connection.EndLocally(message, Enough, outcomes));
        return outcome;
    }

    private static SerialRun[] RunsOf(SentFrame frame)
    {
        Assert.Equal((FrameType.ExtensionRequest, 7u, (ushort)0), (frame.Type, frame.Header.Destination, frame.Header.SequenceNumber));
        Assert.True(AbortPayload.TryParse(frame.UserHeader, out var abort, out var field), field);
        var runs = new SerialRun[abort.Count];
        for (var i = 0; i < runs.Length; i++)
        {
            runs[i] = abort[i];
        }

        return runs;
    }
}
