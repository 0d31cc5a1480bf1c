using System.Text;
using Accelio.Reactive.Engine;
using Accelio.Transports;
using Accelio.Transports.Wire;
using Xunit;

namespace Accelio.Reactive.Tests.Engine;

/// <summary>How the time of a request travels, and what its end does at either side (docs/wire-protocol.md, 19.6).</summary>
public class DeadlineRules
{
    private static readonly TimeSpan Usual = TimeSpan.FromSeconds(30);

    [Fact]
    public void The_usual_time_is_told_once_at_set_up_and_requests_that_have_it_say_nothing()
    {
        var world = new EngineWorld(more: LinkFeatures.Deadline);
        world.PeerSetup(ours: true);
        world.On(() => world.Machine.OpenSession(world.Events, "tcp://h/x"u8, default));
        Assert.Equal(WireTime.ToNanoseconds(Usual.Ticks), DeadlineOf(world.TakeOne()));

        world = Requester();
        world.Send(new RecordedMessage("a", timeLimit: Usual.Ticks));
        Assert.Empty(world.TakeOne().Items);
    }

    [Fact]
    public void Another_time_is_told_with_the_request()
    {
        var world = Requester();

        world.Send(new RecordedMessage("short", timeLimit: TimeSpan.FromMilliseconds(1500).Ticks));
        Assert.Equal(1_500_000_000ul, DeadlineOf(world.TakeOne()));
        world.Send(new RecordedMessage("long", timeLimit: TimeSpan.FromHours(1).Ticks));
        Assert.Equal(3_600_000_000_000ul, DeadlineOf(world.TakeOne()));
        world.Send(new RecordedMessage("for ever"));
        Assert.Equal(ulong.MaxValue, DeadlineOf(world.TakeOne()));
        world.Send(new RecordedMessage("one way", OutgoingKind.OneWay));
        Assert.Empty(world.TakeOne().Items);
        world.Send(new RecordedMessage("with a receipt", OutgoingKind.Deliver, TimeSpan.FromSeconds(1).Ticks));
        Assert.Empty(world.TakeOne().Items);
    }

    [Fact]
    public void A_request_that_has_waited_tells_the_rest()
    {
        var world = Requester(windowMessages: 1);
        world.Send(new RecordedMessage("first", timeLimit: Usual.Ticks));
        world.Send(new RecordedMessage("waits", timeLimit: Usual.Ticks));
        var first = world.TakeOne();
        world.Pass(TimeSpan.FromSeconds(10));
        world.TakeSent();

        world.PeerResponse(first, "A", creditMessages: 1, creditBytes: 100);

        Assert.Equal(20_000_000_000ul, DeadlineOf(world.TakeOne()));
    }

    [Fact]
    public void A_header_that_leaves_no_room_goes_without()
    {
        var world = Requester();

        world.Send(new RecordedMessage("a", timeLimit: 1_000_000) { Header = new byte[256 - 12] });
        Assert.Equal(12, world.TakeOne().Items.Length);
        world.Send(new RecordedMessage("a", timeLimit: 1_000_000) { Header = new byte[256 - 11] });
        Assert.Empty(world.TakeOne().Items);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Where_the_extension_is_off_nothing_is_told(bool ours)
    {
        var world = new EngineWorld().Established(ours);

        world.Send(new RecordedMessage("a", timeLimit: 1_000_000));

        Assert.Empty(world.TakeOne().Items);
    }

    [Theory]
    [InlineData(30, null, 30)]
    [InlineData(30, 5, 5)]
    [InlineData(5, 30, 30)]
    [InlineData(5, 1000, 300)]
    [InlineData(1000, null, 300)]
    [InlineData(null, null, 300)]
    public void A_request_may_be_answered_for_its_own_time_else_the_usual_and_never_longer_than_ResponseTimeout(int? usual, int? own, int seconds)
    {
        var world = Responder(usual is { } s ? TimeSpan.FromSeconds(s) : null);

        var request = new InboundRequest(Ask(world, own is { } o ? TimeSpan.FromSeconds(o) : null));

        Assert.Equal(TimeSpan.FromSeconds(seconds), request.Remaining);
    }

    [Fact]
    public void A_request_whose_time_is_over_while_it_waits_is_not_run_and_its_sender_told_so()
    {
        var world = Responder(Usual);
        var waiting = Ask(world, TimeSpan.FromSeconds(2));
        waiting.IsWaiting = true;
        world.On(waiting.LimitAnswer);

        world.Pass(TimeSpan.FromSeconds(1.9));
        Assert.Empty(world.TakeSent());
        world.Pass(TimeSpan.FromSeconds(0.2));

        AssertExpired(world.TakeOne(), mayHaveExecuted: false);
        Assert.Equal("dropped", world.Events.Log[^1]);
        Assert.Empty(world.Events.Kept);
    }

    [Fact]
    public void A_handler_whose_time_is_over_is_told_and_may_not_answer()
    {
        var world = Responder(Usual);
        var running = Ask(world, TimeSpan.FromSeconds(2));
        world.On(running.LimitAnswer);
        var request = new InboundRequest(running);
        var canceled = request.Canceled;

        world.Pass(TimeSpan.FromSeconds(2.1));

        AssertExpired(world.TakeOne(), mayHaveExecuted: true);
        Assert.True(canceled.IsCancellationRequested);
        Assert.False(running.MayBeAnswered(running.Version));
    }

    [Fact]
    public void A_request_whose_time_was_over_before_it_came_is_not_run()
    {
        var world = Responder(Usual);

        Ask(world, TimeSpan.Zero);

        AssertExpired(world.TakeOne(), mayHaveExecuted: false);
        Assert.DoesNotContain(world.Events.Log, entry => entry.StartsWith("request", StringComparison.Ordinal));
    }

    [Fact]
    public void A_requesters_time_that_is_over_by_the_peers_clock_is_our_time_all_the_same()
    {
        var world = Requester();
        var run = world.Send(new RecordedMessage("a", timeLimit: TimeSpan.FromSeconds(2).Ticks));
        var never = world.Send(new RecordedMessage("b", timeLimit: TimeSpan.FromSeconds(2).Ticks));
        var sent = world.TakeSent();

        world.PeerResponse(sent[0], status: (uint)AccelioStatus.MessageDiscarded, items: [0, 3, 5, 1, 1]);
        world.PeerResponse(sent[1], status: (uint)AccelioStatus.MessageDiscarded, items: [0, 3, 5, 1, 0]);

        Assert.Equal(("failed TimedOut may have executed", "failed TimedOut"), (run.Outcome, never.Outcome));
    }

    [Fact]
    public void Deadlines_of_a_peer_that_did_not_offer_them_do_not_count()
    {
        var world = new EngineWorld(isClient: false) { PeerRequestTime = Usual }.Established();
        world.Events.Keep = true;

        Assert.Equal(TimeSpan.FromSeconds(300), new InboundRequest(Ask(world, TimeSpan.FromSeconds(1))).Remaining);
    }

    [Fact]
    public void Times_on_the_wire_are_exact_and_those_beyond_reason_are_none()
    {
        Assert.Equal([0ul, 0ul, 100ul, 30_000_000_000ul, ulong.MaxValue], new[] { -5, 0, 1, Usual.Ticks, long.MaxValue }.Select(WireTime.ToNanoseconds));
        Assert.Equal([0, 0, 1, long.MaxValue, (long)(ulong.MaxValue / 100)], new ulong[] { 0, 99, 199, ulong.MaxValue, ulong.MaxValue - 1 }.Select(WireTime.ToTicks));
    }

    private static EngineWorld Requester(uint windowMessages = 100) => new EngineWorld(more: LinkFeatures.Deadline).Established(windowMessages: windowMessages);

    private static EngineWorld Responder(TimeSpan? usual)
    {
        var world = new EngineWorld(isClient: false, more: LinkFeatures.Deadline) { PeerRequestTime = usual }.Established();
        world.Events.Keep = true;
        return world;
    }

    /// <summary>A request of the peer; with null it says nothing about its time.</summary>
    private static MessageCore Ask(EngineWorld world, TimeSpan? time)
    {
        var area = Array.Empty<byte>();
        if (time is { } own)
        {
            var items = new MessageItems { HasDeadline = true, Deadline = WireTime.ToNanoseconds(own.Ticks) };
            area = new byte[items.Length];
            items.Write(area);
        }

        world.Peer(world.NextRequest(FrameType.Request, 41, time is null ? 0 : MessageFlags.Items), area, Encoding.ASCII.GetBytes("x"));
        return world.Events.Kept.Count == 0 ? null! : world.Events.Kept[^1];
    }

    private static ulong DeadlineOf(SentFrame frame)
    {
        Assert.NotEqual(0u, frame.Header.Flags & MessageFlags.Items);
        Assert.True(MessageItems.TryParse(frame.Items, out var items, out var length, out _));
        Assert.Equal((frame.Items.Length, true), (length, items.HasDeadline));
        return items.Deadline;
    }

    private static void AssertExpired(SentFrame frame, bool mayHaveExecuted)
    {
        Assert.Equal((FrameType.Response, 41u, (uint)AccelioStatus.MessageDiscarded), (frame.Type, frame.Header.RemoteTask, frame.Header.Status));
        Assert.True(MessageItems.TryParse(frame.Items, out var items, out _, out _));
        Assert.Equal((true, mayHaveExecuted), (items.HasExpired, items.MayHaveExecuted));
    }
}
