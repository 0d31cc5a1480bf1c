using Xunit;
using static Accelio.Reactive.Tests.Resume.ResumeWorld;

namespace Accelio.Reactive.Tests.Resume;

/// <summary>A link is lost and the session goes on over another one: nothing is lost, nothing happens twice.</summary>
public class LostLinkRules
{
    public static TheoryData<SimulatedLinkKind> Kinds => [SimulatedLinkKind.Stream, SimulatedLinkKind.Slots];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_session_goes_on_over_another_link_and_both_sides_are_told(SimulatedLinkKind kind)
    {
        using var world = new ResumeWorld(kind);
        var session = world.Connect();
        var (events, serverEvents) = (EventsOf(session), EventsOf(world.Sessions[0]));
        world.Network.Run(() => AskAsync(session, 1));

        world.Faults.CutLinks("client", "server");
        var answer = world.Network.Run(() => AskAsync(session, 2));

        Assert.Equal(Answer(2), answer);
        Assert.Equal([1, 2], world.Ran);
        Assert.Equal(SessionState.Established, session.State);
        Assert.Equal([typeof(SessionReconnecting), typeof(SessionResumed)], events);
        Assert.Equal([typeof(SessionReconnecting), typeof(SessionResumed)], serverEvents);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_long_message_that_the_peer_has_not_acknowledged_at_the_end_of_its_session_is_not_told_as_sent(SimulatedLinkKind kind)
    {
        using var world = new ResumeWorld(kind);
        var session = world.Connect();
        world.Faults.Partition("client", "server");
        var sent = session.SendAsync(new byte[20_000]).AsTask();
        world.Advance(Second);
        Assert.False(sent.IsCompleted);

        session.Dispose();
        world.Advance(Second);

        Assert.True(Assert.IsType<ConnectionLostException>(sent.Exception?.InnerException).MayHaveExecuted);
        Assert.Empty(world.Arrived);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void No_credit_is_lost_when_sessions_come_back_over_one_link_and_the_first_gets_a_long_answer_again(SimulatedLinkKind kind)
    {
        using var world = new ResumeWorld(kind, configure: options => options.WindowMessages = 2);
        world.Handler = request => request.PayloadLength == 1 ? request.RespondAsync(request.Payload) : world.AnswerLater(request);
        var (first, second) = (world.Connect(), world.Connect());

        // Neither the long answer comes through nor the acknowledgement of the short one.
        var asked = AskAsync(first, 1, 70_000);
        _ = AskAsync(second, 2);
        world.Advance(2.5 * Latency);
        world.Faults.SilenceLinks("client", "server");
        world.Advance(30 * Second);
        Assert.Equal(Answer(1, 70_000), world.Network.Run(() => asked));

        world.Handler = world.NeverAnswer;
        _ = AskAsync(second, 3);
        _ = AskAsync(second, 4);
        world.Advance(Second);

        Assert.Equal([1, 2, 3, 4], world.Ran);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Requests_under_way_at_any_moment_of_a_cut_run_once_and_end_once(SimulatedLinkKind kind)
    {
        for (var moment = 0; moment <= 24; moment++)
        {
            using var world = new ResumeWorld(kind);
            world.Handler = world.AnswerLater;
            var session = world.Connect();
            Task<int>[] asked = [.. Enumerable.Range(0, 100).Select(i => AskAsync(session, (byte)i, LengthOf(i)))];
            world.Advance(TimeSpan.FromMilliseconds(moment));

            world.Faults.CutLinks("client", "server");
            var answers = world.Network.Run(() => Task.WhenAll(asked));

            Assert.Equal(Enumerable.Range(0, 100).Select(i => Answer((byte)i, LengthOf(i))), answers);
            Assert.Equal(Enumerable.Range(0, 100), world.Ran);
        }

        static int LengthOf(int i) => i % 10 == 0 ? 20_000 : 1 + i;
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_call_that_is_lost_on_its_way_is_given_up_after_ConnectTimeout_and_the_next_one_comes_through(SimulatedLinkKind kind)
    {
        using var world = new ResumeWorld(kind);
        var session = world.Connect(static options => options.ConnectTimeout = Second * 3);
        var events = EventsOf(session);
        var lost = world.Network.Elapsed;
        world.Faults.Partition("client", "server").CutLinks("client", "server");
        world.Advance(Latency * 2);

        world.Faults.SilenceLinks("client", "server").Heal("client", "server");
        var asked = AskAsync(session, 1);
        Assert.Equal(Answer(1), world.Network.Run(() => asked));
        Assert.InRange(world.Network.Elapsed - lost, Second * 3, Second * 4);
        Assert.Equal([typeof(SessionReconnecting), typeof(SessionResumed)], events);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void What_the_old_link_still_brings_when_the_next_one_is_there_is_not_run_again(SimulatedLinkKind kind)
    {
        using var world = new ResumeWorld(kind);
        var session = world.Connect();
        world.Network.Run(() => AskAsync(session, 1));
        world.Faults.StallLinks("client", "server", Second);
        var asked = AskAsync(session, 2);
        world.Advance(TimeSpan.FromTicks(1));

        world.Faults.CutLinksAt("client", "server");
        Assert.Equal(Answer(2), world.Network.Run(() => asked));
        world.Advance(Second * 2);

        Assert.Equal([1, 2], world.Ran);
        Assert.Equal(Answer(3), world.Network.Run(() => AskAsync(session, 3)));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void One_way_messages_arrive_once_and_in_order_and_have_one_receipt_each(SimulatedLinkKind kind)
    {
        using var world = new ResumeWorld(kind);
        var session = world.Connect();
        List<DeliveryReceipt> receipts = [];
        session.Receipts.Subscribe(receipts.Add);
        List<Task> sending = [];
        for (byte i = 0; i < 200; i++)
        {
            var body = new byte[i % 20 == 0 ? 30_000 : 10];
            body[0] = i;
            var message = new OutboundMessage(body.AsMemory()) { Options = i % 2 == 0 ? MessageOptions.RequestReceipt : MessageOptions.None };
            sending.Add(i % 5 == 0 ? session.DeliverAsync(body).AsTask() : session.SendAsync(message).AsTask());
            if (i % 40 == 39)
            {
                world.Advance(TimeSpan.FromMilliseconds(3));
                world.Faults.CutLinks("client", "server");
            }
        }

        world.Network.Run(() => Task.WhenAll(sending));
        world.Advance(Second * 5);

        Assert.Equal(Enumerable.Range(0, 200), world.Arrived);
        Assert.All(sending.OfType<Task<DeliveryReceipt>>(), delivered => Assert.True(delivered.Result.Accepted));
        Assert.Equal(Enumerable.Range(0, 200).Count(i => i % 2 == 0 && i % 5 != 0), receipts.Count);
        Assert.Equal(receipts.Count, receipts.Select(receipt => receipt.Id).Distinct().Count());
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Many_cuts_under_a_small_window_lose_no_credit(SimulatedLinkKind kind)
    {
        using var world = new ResumeWorld(kind, configure: options => (options.WindowMessages, options.WindowBytes) = (2, 64 << 10));
        world.Handler = world.AnswerLater;
        var session = world.Connect();
        Task<int>[] asked = [.. Enumerable.Range(0, 250).Select(i => AskAsync(session, (byte)i, i % 7 == 0 ? 50_000 : 1))];
        for (var cut = 0; cut < 40; cut++)
        {
            world.Advance(TimeSpan.FromMilliseconds(17));
            world.Faults.CutLinks("client", "server");
        }

        world.Network.Run(() => Task.WhenAll(asked));
        world.Advance(Second);

        Assert.Equal(Enumerable.Range(0, 250), world.Ran);
        Assert.Equal(2, session.Connections[0].GetSnapshot().SendWindowMessages);
        Assert.Equal(0, world.Sessions[0].GetSnapshot().HeldMessages);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Requests_of_the_server_survive_as_well(SimulatedLinkKind kind)
    {
        using var world = new ResumeWorld(kind);
        var session = world.Connect();
        List<int> ran = [];
        session.Handle(async request =>
        {
            ran.Add(request.Payload.FirstSpan[0]);
            await Task.Delay(Latency * 3, world.Network.TimeProvider);
            await request.RespondAsync(request.Payload);
        });
        Task<int>[] asked = [.. Enumerable.Range(0, 50).Select(i => AskAsync(world.Sessions[0], (byte)i, 1 + (i * 500)))];
        world.Advance(Latency * 2);

        world.Faults.CutLinks("client", "server");
        var answers = world.Network.Run(() => Task.WhenAll(asked));

        Assert.Equal(Enumerable.Range(0, 50).Select(i => Answer((byte)i, 1 + (i * 500))), answers);
        Assert.Equal(Enumerable.Range(0, 50), ran);
    }

    [Fact]
    public void Requests_that_are_given_up_while_the_link_is_lost_are_stopped_when_there_is_another_one()
    {
        using var world = new ResumeWorld();
        var canceled = 0;
        world.Handler = async request =>
        {
            using var registration = request.Canceled.Register(() => canceled++);
            await Task.Delay(Second * 20, world.Network.TimeProvider, request.Canceled);
        };
        var session = world.Connect();
        var running = session.RequestAsync(new OutboundMessage(new byte[] { 1 }.AsMemory()) { Tag = 5 }).AsTask();
        world.Advance(Latency * 2);
        world.Faults.PartitionOneWay("client", "server");
        var neverArrived = session.RequestAsync(new OutboundMessage(new byte[] { 2 }.AsMemory()) { Tag = 5 }).AsTask();
        world.Advance(Latency);
        world.Faults.CutLinks("client", "server");
        world.Advance(TimeSpan.FromMilliseconds(1));

        var report = session.AbortTagAsync(5).AsTask();
        world.Faults.HealAll();
        world.Advance(Second * 4);

        Assert.True(running.IsFaulted || running.IsCanceled);
        Assert.True(neverArrived.IsFaulted || neverArrived.IsCanceled);
        Assert.True(report.IsCompletedSuccessfully);
        Assert.Equal([1], world.Ran);
        Assert.Equal(1, canceled);
    }

    [Fact]
    public void A_request_whose_time_is_over_while_the_link_is_lost_ends_then_and_is_not_run()
    {
        using var world = new ResumeWorld();
        var session = world.Connect();
        world.Faults.PartitionOneWay("client", "server");
        var asked = session.RequestAsync(new OutboundMessage(new byte[] { 1 }.AsMemory()) { Timeout = Second }).AsTask();
        world.Advance(Latency);
        world.Faults.Partition("client", "server").CutLinks("client", "server");
        world.Advance(Second * 2);

        Assert.IsType<AccelioTimeoutException>(asked.Exception?.InnerException);
        world.Faults.HealAll();
        Assert.Equal(Answer(2), world.Network.Run(() => AskAsync(session, 2)));
        Assert.Equal([2], world.Ran);
    }

    [Fact]
    public void A_drain_that_a_cut_interrupts_is_ended()
    {
        using var world = new ResumeWorld();
        world.Handler = world.AnswerLater;
        var session = world.Connect();
        var asked = AskAsync(session, 1);
        var drained = session.DrainAsync().AsTask();
        world.Advance(TimeSpan.FromMilliseconds(2));

        world.Faults.CutLinks("client", "server");
        world.Network.Run(() => drained);

        Assert.Equal(Answer(1), world.Network.Run(() => asked));
        Assert.Equal(SessionState.Closed, session.State);
        world.Advance(Second);
        Assert.Equal(SessionState.Closed, world.Sessions[0].State);
    }

    [Fact]
    public void Sessions_that_share_the_lost_link_share_the_next_one()
    {
        using var world = new ResumeWorld();
        AccelioSession[] sessions = [.. Enumerable.Range(0, 5).Select(_ => world.Connect())];
        Assert.Single(sessions.Select(session => session.LocalEndPoint).Distinct());

        world.Faults.CutLinks("client", "server");
        world.Network.Run(() => Task.WhenAll(sessions.Select((session, i) => AskAsync(session, (byte)i))));

        Assert.Equal(5, world.Ran.Distinct().Count());
        Assert.Single(sessions.Select(session => session.LocalEndPoint).Distinct());
    }

    [Theory]
    [InlineData(true, false)]
    [InlineData(false, true)]
    public void A_session_ends_with_its_link_unless_both_sides_want_it_to_go_on(bool client, bool server)
    {
        using var world = new ResumeWorld(configure: options => options.Resume = server);
        var session = world.Connect(options => options.Resume = client);

        world.Faults.CutLinks("client", "server");
        world.Advance(TimeSpan.FromTicks(1));

        Assert.Equal(SessionState.Closed, session.State);
        Assert.Equal(SessionState.Closed, world.Sessions[0].State);
    }

    [Fact]
    public void Both_ends_give_up_when_the_window_is_over()
    {
        using var world = new ResumeWorld(configure: options => options.ResumeWindow = Second * 10);
        var session = world.Connect();
        var (ended, serverEnded) = (EventsOf(session), EventsOf(world.Sessions[0]));
        world.Faults.Partition("client", "server").CutLinks("client", "server");
        var asked = AskAsync(session, 1);
        world.Advance(Second * 9);
        Assert.Equal((SessionState.Established, SessionState.Established), (session.State, world.Sessions[0].State));

        world.Advance(Second * 2);
        Assert.Equal(SessionState.Closed, world.Sessions[0].State);
        Assert.Equal([typeof(SessionReconnecting), typeof(SessionClosed)], serverEnded);
        world.Advance(Second * 60);

        Assert.Equal(SessionState.Closed, session.State);
        Assert.Equal([typeof(SessionReconnecting), typeof(SessionClosed)], ended);
        var lost = Assert.IsType<AccelioTimeoutException>(asked.Exception?.InnerException);
        Assert.False(lost.MayHaveExecuted);
    }

    [Fact]
    public void A_session_that_is_closed_while_its_link_is_lost_ends_at_once()
    {
        using var world = new ResumeWorld();
        var session = world.Connect();
        world.Faults.Partition("client", "server").CutLinks("client", "server");
        var asked = AskAsync(session, 1);
        world.Advance(Second);

        world.Network.Run(async () => await session.DisposeAsync());

        Assert.Equal(SessionState.Closed, session.State);
        Assert.False(Assert.IsType<ConnectionLostException>(asked.Exception?.InnerException).MayHaveExecuted);
    }

    [Fact]
    public void No_more_lost_connections_are_kept_than_the_server_allows()
    {
        using var world = new ResumeWorld(configure: options => options.MaxSuspendedConnections = 2);
        AccelioSession[] sessions = [.. Enumerable.Range(0, 3).Select(_ => world.Connect())];

        world.Faults.CutLinks("client", "server");
        world.Advance(Second);

        // The third client has set a new session up.
        Assert.Equal([true, true, false, true], world.Sessions.Select(session => session.State == SessionState.Established));
        Assert.All(sessions, session => Assert.Equal(SessionState.Established, session.State));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_peer_that_is_silent_is_left_and_found_again(SimulatedLinkKind kind)
    {
        using var world = new ResumeWorld(kind);
        var session = world.Connect();
        world.Faults.SilenceLinks("client", "server");
        var asked = AskAsync(session, 1);

        world.Advance(Second * 12);

        Assert.Equal(Answer(1), world.Network.Run(() => asked));
        Assert.Equal([1], world.Ran);
    }
}
