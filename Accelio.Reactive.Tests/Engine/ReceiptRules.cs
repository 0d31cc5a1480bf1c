using Accelio.Reactive.Engine;
using Accelio.Transports;
using Accelio.Transports.Wire;
using Xunit;

namespace Accelio.Reactive.Tests.Engine;

public class ReceiptRules
{
    [Fact]
    public void A_one_way_message_without_a_wish_gets_nothing_back()
    {
        var world = new EngineWorld(isClient: false).Established(ours: false);

        world.PeerOneWay("x");

        Assert.Empty(world.TakeSent());
    }

    [Fact]
    public void The_receipt_of_a_one_way_message_is_the_end_of_its_lease()
    {
        var world = new EngineWorld(isClient: false).Established(ours: false);
        world.Events.Keep = true;
        world.PeerOneWay("x", task: 8, MessageFlags.RequestReadReceipt);
        Assert.Empty(world.TakeSent());

        world.On(() => world.Events.Kept[0].Reject(world.Events.Kept[0].Version));

        var receipt = world.TakeOne();
        Assert.Equal(FrameType.OneWayReceipt, receipt.Type);
        Assert.Equal((8u, MessageFlags.ReceiptFirst, 1u), (receipt.Header.RemoteTask, receipt.Header.Flags, receipt.Header.ReceiptResult));
    }

    [Fact]
    public void An_immediate_receipt_goes_before_the_message_is_delivered()
    {
        var world = new EngineWorld(isClient: false).Established(ours: false);
        world.Events.Keep = true;

        world.PeerOneWay("x", task: 8, MessageFlags.ImmediateReadReceipt);

        Assert.Equal(FrameType.OneWayReceipt, world.TakeOne().Type);
    }

    [Fact]
    public void The_receipt_of_a_request_rides_on_its_response()
    {
        var world = new EngineWorld(isClient: false).Established(ours: false);
        world.Events.Keep = true;
        world.PeerRequest("x", task: 8, MessageFlags.RequestReadReceipt);
        var request = world.Events.Kept[0];
        world.On(() =>
        {
            Assert.True(request.TryClaimAnswer(request.Version));
            world.Connection.Respond(request, "answer"u8.ToArray(), null, out _);
        });

        Assert.Equal(MessageFlags.ReceiptFirst | MessageFlags.ReceiptLast, world.TakeOne().Header.Flags);
    }

    [Fact]
    public void The_receipt_of_a_request_goes_alone_when_the_response_takes_long()
    {
        var world = new EngineWorld(isClient: false).Established(ours: false);
        world.PeerRequest("x", task: 8, MessageFlags.RequestReadReceipt);
        Assert.Empty(world.TakeSent());

        world.Pass(TimeSpan.FromMilliseconds(200));

        var receipt = world.TakeOne();
        Assert.Equal((FrameType.Response, MessageFlags.ReceiptFirst), (receipt.Type, receipt.Header.Flags));
    }

    [Fact]
    public void The_receipt_of_a_request_waits_for_the_response_for_ever_when_ReceiptDelay_has_no_limit()
    {
        var options = new AccelioServerOptions { ReceiptDelay = Timeout.InfiniteTimeSpan, ResponseTimeout = TimeSpan.FromSeconds(20) };
        var world = new EngineWorld(isClient: false, options).Established(ours: false);
        world.PeerRequest("x", task: 8, MessageFlags.RequestReadReceipt);

        world.Pass(TimeSpan.FromSeconds(19));
        Assert.Empty(world.TakeSent());
        world.Pass(TimeSpan.FromSeconds(1.1));

        Assert.Equal(MessageFlags.ReceiptFirst | MessageFlags.ReceiptLast, world.TakeOne().Header.Flags);
    }

    [Fact]
    public void All_three_forms_of_receipts_are_understood()
    {
        var world = new EngineWorld().Established(ours: false);
        var alone = world.Send(new RecordedMessage("a") { WantsReceipt = true, Id = new MessageId(1) });
        var together = world.Send(new RecordedMessage("b") { WantsReceipt = true, Id = new MessageId(2) });
        var delivered = world.Send(new RecordedMessage("c", OutgoingKind.Deliver));
        var sent = world.TakeSent();

        world.PeerResponse(sent[0], flags: MessageFlags.ReceiptFirst, receipt: 1);
        Assert.Equal("pending", alone.Outcome);
        world.PeerResponse(sent[0], "A");
        world.PeerResponse(sent[1], "B", MessageFlags.ReceiptFirst | MessageFlags.ReceiptLast);
        world.PeerReceipt(sent[2]);

        Assert.Equal(["receipt 1 rejected", "receipt 2 accepted"], world.Events.Log.Where(line => line.StartsWith("receipt", StringComparison.Ordinal)));
        Assert.Equal(("answered A", "answered B", "accepted"), (alone.Outcome, together.Outcome, delivered.Outcome));
    }
}
