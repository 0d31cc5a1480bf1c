using Accelio.Reactive.Engine;
using Accelio.Transports;
using Accelio.Transports.Wire;
using Xunit;

namespace Accelio.Reactive.Tests.Engine;

public class WindowRules
{
    [Fact]
    public void A_sender_stops_at_the_peers_window_and_goes_on_with_its_grants()
    {
        var world = new EngineWorld().Established(windowMessages: 2);
        for (var i = 0; i < 4; i++)
        {
            world.Send(new RecordedMessage($"{i}", OutgoingKind.OneWay));
        }

        Assert.Equal(["0", "1"], world.TakeSent().Select(frame => frame.Text));
        world.Peer(new FrameHeader { Type = FrameType.ExtensionRequest, Destination = world.Connection.LocalId }, Grant(1, 100));
        Assert.Equal(["2"], world.TakeSent().Select(frame => frame.Text));
        world.PeerOneWay("credits ride along");
        Assert.Empty(world.TakeSent());
    }

    [Fact]
    public void A_message_longer_than_the_window_goes_alone()
    {
        var world = new EngineWorld().Established(windowBytes: 10);
        var large = world.Send(new RecordedMessage(new byte[1000], OutgoingKind.OneWay));
        var next = world.Send(new RecordedMessage("next", OutgoingKind.OneWay));

        Assert.Equal("done", large.Outcome);
        Assert.Equal("pending", next.Outcome);
        world.TakeOne();
        world.Peer(new FrameHeader { Type = FrameType.ExtensionRequest, Destination = world.Connection.LocalId }, Grant(1, 1000));
        Assert.Equal("next", world.TakeOne().Text);
    }

    [Fact]
    public void Credit_goes_back_when_half_the_window_is_owed()
    {
        var world = new EngineWorld(isClient: false, new AccelioServerOptions { WindowMessages = 4 }).Established();
        world.PeerOneWay("1");
        Assert.Empty(world.TakeSent());

        world.PeerOneWay("2");

        var grant = world.TakeOne();
        Assert.Equal(FrameType.ExtensionRequest, grant.Type);
        Assert.True(GrantPayload.TryParse(grant.UserHeader, out var credits, out _));
        Assert.Equal(new GrantPayload(2, 2), credits);
    }

    [Fact]
    public void Held_leases_hold_credit_back_until_they_end()
    {
        var world = new EngineWorld(isClient: false, new AccelioServerOptions { WindowMessages = 2 }).Established();
        world.Events.Keep = true;
        world.PeerOneWay("1");
        world.PeerOneWay("2");
        Assert.Empty(world.TakeSent());

        world.On(() => world.Events.Kept.ForEach(core => core.Release(core.Version)));

        Assert.NotEmpty(world.TakeSent());
    }

    [Fact]
    public void More_than_the_window_closes_the_link()
    {
        var world = new EngineWorld(isClient: false, new AccelioServerOptions { WindowMessages = 2 }).Established();
        world.Events.Keep = true;
        world.PeerOneWay("1");
        world.PeerOneWay("2");

        world.PeerOneWay("3");

        Assert.Equal(LinkError.CreditOverrun, world.Link.Aborted?.Error);
    }

    [Fact]
    public void A_window_in_use_grows_and_says_so_even_while_nothing_is_released()
    {
        var world = new EngineWorld(isClient: false).Established();
        world.Events.Keep = true;
        for (var i = 0; i < ReceiveWindow.InitialMessages - 10; i++)
        {
            world.PeerOneWay("x");
        }

        Assert.Contains(world.TakeSent(), frame => frame.Type == FrameType.ExtensionRequest);
    }

    [Fact]
    public void What_is_held_for_long_does_not_keep_the_rest_of_the_window_from_the_peer()
    {
        var world = new EngineWorld(isClient: false, new AccelioServerOptions { WindowMessages = 16 }).Established();
        world.Events.Keep = true;
        for (var i = 0; i < 15; i++)
        {
            world.PeerOneWay("kept");
        }

        world.Events.Keep = false;
        var credits = 16 - 15;
        for (var i = 0; i < 50; i++)
        {
            Assert.True(credits > 0, $"no credit for message {i}");
            world.PeerOneWay("passes");
            credits += Granted(world) - 1;
        }
    }

    [Fact]
    public void A_full_window_gives_way_to_what_its_own_handlers_wait_for_and_shrinks_when_they_end()
    {
        var world = new EngineWorld(isClient: false, new AccelioServerOptions { WindowMessages = 4 }).Established();
        Fill(world);
        Assert.Equal(0, Granted(world));

        // The handlers ask the peer something: it may now ask back as often as there are handlers.
        world.Send(new RecordedMessage("ask"));
        Assert.Equal(4, Granted(world));
        for (var i = 0; i < 4; i++)
        {
            world.PeerRequest("back", task: (uint)(10 + i));
        }

        Assert.Equal(0, Granted(world));

        // Everything ends: the peer gets back what the window is, and no more.
        world.On(() => world.Connection.HandlersAtWork = 0);
        world.On(() => world.Events.Kept.ForEach(core => core.Release(core.Version)));
        world.Send(new RecordedMessage("credits ride on this"));
        Assert.Equal(4, Granted(world));
    }

    [Fact]
    public void A_full_window_does_not_give_way_to_handlers_that_wait_for_nothing_of_the_peer()
    {
        var world = new EngineWorld(isClient: false, new AccelioServerOptions { WindowMessages = 4 }).Established();
        Fill(world);

        world.Pass(TimeSpan.FromSeconds(1));

        Assert.Equal(0, Granted(world));
        world.PeerRequest("too much", task: 20);
        Assert.Equal(LinkError.CreditOverrun, world.Link.Aborted?.Error);
    }

    [Fact]
    public void A_full_window_of_one_way_messages_does_not_give_way()
    {
        var world = new EngineWorld(isClient: false, new AccelioServerOptions { WindowMessages = 4 }).Established();
        world.Events.Keep = true;
        for (var i = 0; i < 4; i++)
        {
            world.PeerOneWay("kept");
        }

        world.Send(new RecordedMessage("ask"));

        Assert.Equal(0, Granted(world));
    }

    [Fact]
    public void What_windows_take_from_the_budget_comes_back()
    {
        var world = new EngineWorld().Established();
        Assert.True(world.Budget.Taken > 0);

        world.On(() => world.Machine.OnClosed(world.Link, LinkError.PeerClosed, "gone"));

        Assert.Equal(0, world.Budget.Taken);
    }

    [Fact]
    public void A_C_peer_is_sent_only_so_much_without_an_answer()
    {
        var world = new EngineWorld(options: new AccelioSessionOptions { MaxUnansweredMessages = 1 }).Established(ours: false);
        world.Send(new RecordedMessage("a"));
        var second = world.Send(new RecordedMessage("b"));
        var sent = world.TakeOne();

        world.PeerResponse(sent, "A");

        Assert.Equal("b", world.TakeOne().Text);
        Assert.Equal("pending", second.Outcome);
    }

    [Fact]
    public void A_C_peer_is_sent_only_so_many_bytes_without_an_answer_and_a_longer_message_alone()
    {
        const int Most = 64 << 10;
        var world = new EngineWorld(options: new AccelioSessionOptions { MaxUnansweredBytes = Most }).Established(ours: false);
        world.Send(new RecordedMessage(new byte[Most - 1], OutgoingKind.Request));
        world.Send(new RecordedMessage(new byte[Most * 2], OutgoingKind.Request));
        world.Send(new RecordedMessage("c"));
        var sent = world.TakeSent();
        Assert.Equal([Most - 1, Most * 2], sent.Select(frame => frame.Body.Length));

        // The first answer makes no room: the second message alone is more than may be out.
        world.PeerResponse(sent[0], "A");
        Assert.Empty(world.TakeSent());
        world.PeerResponse(sent[1], "B");

        Assert.Equal("c", world.TakeOne().Text);
    }

    [Fact]
    public void One_way_messages_without_a_receipt_do_not_count_as_unanswered()
    {
        var world = new EngineWorld(options: new AccelioSessionOptions { MaxUnansweredMessages = 1, MaxUnansweredBytes = 64 << 10 }).Established(ours: false);
        world.Send(new RecordedMessage(new byte[100_000], OutgoingKind.OneWay));
        world.Send(new RecordedMessage(new byte[100_000], OutgoingKind.OneWay));
        Assert.Equal(2, world.TakeSent().Count);

        world.Send(new RecordedMessage(new byte[100_000], OutgoingKind.Deliver));
        world.Send(new RecordedMessage("behind", OutgoingKind.OneWay));
        world.PeerReceipt(world.TakeOne());

        Assert.Equal("behind", world.TakeOne().Text);
    }

    [Fact]
    public void A_C_peer_with_flow_control_is_charged_and_granted_as_libxio_does()
    {
        var options = new AccelioServerOptions { CPeerFlowControl = CPeerFlowControl.On, WindowMessages = 4 };
        var world = new EngineWorld(isClient: false, options).Established(ours: false);

        world.PeerOneWay("1");
        world.PeerOneWay("2");

        var update = world.TakeOne();
        Assert.Equal(FrameType.CreditUpdate, update.Type);
        Assert.Equal(2, update.Header.CreditMessages);
        Assert.Equal(2ul, update.Header.CreditBytes);
    }

    [Fact]
    public void What_an_update_of_credits_costs_a_C_peer_is_granted_back_with_the_next_message_and_by_no_update_of_its_own()
    {
        var options = new AccelioServerOptions { CPeerFlowControl = CPeerFlowControl.On, WindowMessages = 1 };
        var world = new EngineWorld(isClient: false, options).Established(ours: false);

        world.Peer(world.NextRequest(FrameType.CreditUpdate, task: 0));

        Assert.Empty(world.TakeSent());
        world.Send(new RecordedMessage("next", OutgoingKind.OneWay));
        Assert.Equal(1, world.TakeOne().Header.CreditMessages);
    }

    [Fact]
    public void What_an_answer_costs_a_C_peer_is_granted_back_though_nobody_waits_for_it_or_it_is_a_failure()
    {
        var options = new AccelioServerOptions { CPeerFlowControl = CPeerFlowControl.On, WindowMessages = 4 };
        var world = new EngineWorld(isClient: false, options).Established(ours: false);
        var late = world.Send(new RecordedMessage("late"));
        world.Send(new RecordedMessage("fails"));
        var sent = world.TakeSent();
        world.On(() => world.Connection.EndLocally(late, new Failure(FailureKind.Canceled, AccelioStatus.MessageCanceled, "enough")));

        world.PeerResponse(sent[0], "12345");
        world.PeerResponse(sent[1], status: (uint)AccelioStatus.MessageInvalid);

        var update = world.TakeOne();
        Assert.Equal((FrameType.CreditUpdate, 2, 5ul), (update.Type, update.Header.CreditMessages, update.Header.CreditBytes));
    }

    [Fact]
    public void The_link_of_a_C_peer_is_not_read_while_its_consumer_holds_too_much()
    {
        var options = new AccelioServerOptions { WindowMessages = 2, DetectCPeerWithin = TimeSpan.FromSeconds(4) };
        var world = new EngineWorld(isClient: false, options).Established(ours: false);
        world.Events.Keep = true;
        world.PeerOneWay("1");
        world.PeerOneWay("2");
        Assert.True(world.Link.Paused);

        world.On(() => world.Events.Kept.ForEach(core => core.Release(core.Version)));
        Assert.False(world.Link.Paused);

        world.PeerOneWay("3");
        world.PeerOneWay("4");
        world.Pass(TimeSpan.FromSeconds(2.2));
        Assert.Equal(LinkError.ConsumerTooSlow, world.Link.Aborted?.Error);
    }

    /// <summary>Four requests fill the window; the handler of each is at work.</summary>
    private static void Fill(EngineWorld world)
    {
        world.Events.Keep = true;
        for (var i = 0; i < 4; i++)
        {
            world.PeerRequest("outer", task: (uint)(i + 1));
        }

        world.On(() => world.Connection.HandlersAtWork = 4);
    }

    /// <summary>Messages granted to the peer by the frames sent since the last look.</summary>
    private static int Granted(EngineWorld world) => world.TakeSent().Sum(frame =>
        frame.Header.CreditMessages + (frame.Type == FrameType.ExtensionRequest && GrantPayload.TryParse(frame.UserHeader, out var grant, out _) ? (int)grant.Messages : 0));

    private static byte[] Grant(uint messages, ulong bytes)
    {
        var payload = new byte[GrantPayload.Size];
        new GrantPayload(messages, bytes).Write(payload);
        return payload;
    }
}
