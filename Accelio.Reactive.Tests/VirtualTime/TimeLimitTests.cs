using Xunit;

namespace Accelio.Reactive.Tests.VirtualTime;

/// <summary>Every limit in time, at the very tick: a call takes effect at the tick after it, and its limit counts from there.</summary>
public class TimeLimitTests
{
    private static readonly TimeSpan Tick = TimeSpan.FromTicks(1);

    [Theory]
    [InlineData(SimulatedLinkKind.Stream)]
    [InlineData(SimulatedLinkKind.Slots)]
    public void Sessions_and_requests_take_no_time(SimulatedLinkKind kind)
    {
        using var world = new World(kind);
        world.Server.Handle(request => request.RespondAsync(request.Payload));
        var session = world.Connect();
        var begin = world.Scheduler.Clock;

        var lengths = world.ClientContext.RunAsync(async stopping =>
        {
            var total = 0;
            for (var i = 0; i < 1000; i++)
            {
                total += await session.RequestAsync(new byte[i], answer => answer.PayloadLength, stopping);
            }

            return total;
        });

        Assert.Equal(999 * 1000 / 2, world.Result(lengths));
        Assert.Equal(begin + 1, world.Scheduler.Clock);
    }

    [Fact]
    public void A_request_is_not_answered_within_its_time()
    {
        using var world = new World();
        world.Server.Handle(_ => new ValueTask(new TaskCompletionSource().Task));
        var session = world.Connect();

        var own = session.RequestAsync(new OutboundMessage(new byte[1]) { Timeout = TimeSpan.FromMilliseconds(1500) }, _ => 0).AsTask();
        var usual = session.RequestAsync(new byte[1], _ => 0).AsTask();

        AssertTimesOut(world, own, TimeSpan.FromMilliseconds(1500), "00:00:01.5");
        AssertTimesOut(world, usual, TimeSpan.FromSeconds(30) - TimeSpan.FromMilliseconds(1500) - Tick, "00:00:30");
    }

    [Fact]
    public void A_session_is_not_accepted_within_ConnectTimeout()
    {
        using var world = new World();
        using var silence = world.Server.SessionRequests.Subscribe(_ => { });

        var connecting = world.BeginConnect(options => options.ConnectTimeout = TimeSpan.FromSeconds(4));

        AssertTimesOut(world, connecting, TimeSpan.FromSeconds(4), "ConnectTimeout");
    }

    [Fact]
    public void A_session_request_is_rejected_when_AcceptTimeout_is_over()
    {
        using var world = new World(server: options => options.AcceptTimeout = TimeSpan.FromSeconds(3));
        using var silence = world.Server.SessionRequests.Subscribe(_ => { });

        var connecting = world.BeginConnect();
        world.Pass(TimeSpan.FromSeconds(3));
        Assert.False(connecting.IsCompleted);
        world.Tick();

        Assert.Equal(AccelioStatus.Timeout, Assert.IsType<SessionRejectedException>(connecting.Exception?.InnerException).Status);
    }

    [Fact]
    public void A_request_that_nobody_handles_waits_for_UnclaimedTimeout()
    {
        using var world = new World(server: options => options.UnclaimedTimeout = TimeSpan.FromSeconds(7));
        var session = world.Connect();

        var request = session.RequestAsync(new byte[1], _ => 0).AsTask();
        world.Pass(TimeSpan.FromSeconds(7));
        Assert.False(request.IsCompleted);
        world.Tick();

        Assert.Equal(AccelioStatus.NotSupported, Assert.IsType<RequestFailedException>(request.Exception?.InnerException).Status);
    }

    [Fact]
    public void A_link_without_a_sign_of_life_is_lost_after_DetectWithin()
    {
        using var world = new World();
        var closed = new List<(AccelioSessionEvent Event, long At)>();
        var session = world.Connect(options => options.DetectWithin = TimeSpan.FromSeconds(9));
        session.Events.Subscribe(happened => closed.Add((happened, world.Scheduler.Clock)));
        world.Pass(TimeSpan.FromHours(1));
        Assert.Equal(SessionState.Established, session.State);

        world.Silence();
        world.Pass(TimeSpan.FromSeconds(20));

        var (end, at) = closed[^1];
        Assert.Equal(CloseReason.TimedOut, Assert.IsType<SessionClosed>(end).Reason);

        // Signs of life come every third of the time, and the last was heard at most so long before the silence.
        Assert.InRange(TimeSpan.FromTicks(at) - TimeSpan.FromHours(1), TimeSpan.FromSeconds(6), TimeSpan.FromSeconds(9) + Tick + Tick + Tick);
    }

    [Theory]
    [InlineData(SimulatedLinkKind.Stream)]
    [InlineData(SimulatedLinkKind.Slots)]
    public void A_session_whose_peer_does_not_answer_the_close_ends_after_CloseTimeout(SimulatedLinkKind kind)
    {
        using var world = new World(kind);
        var session = world.Connect(options => options.CloseTimeout = TimeSpan.FromSeconds(2));
        world.Silence();

        var closing = session.DisposeAsync().AsTask();
        world.Pass(TimeSpan.FromSeconds(2) - Tick);
        Assert.False(closing.IsCompleted);
        world.Tick();

        Assert.True(closing.IsCompletedSuccessfully);
        Assert.Equal(SessionState.Closed, session.State);
    }

    [Fact]
    public void An_orderly_close_takes_no_time_and_both_sides_tell_it()
    {
        using var world = new World();
        var seen = new List<string>();
        world.Server.Sessions.Subscribe(accepted => accepted.Events.Subscribe(happened => seen.Add($"server {happened.GetType().Name}")));
        var session = world.Connect();
        session.Events.Subscribe(happened => seen.Add($"client {happened.GetType().Name}"));
        world.Tick();
        seen.Clear();

        var closing = session.DisposeAsync().AsTask();
        world.Tick();

        Assert.True(closing.IsCompletedSuccessfully);
        Assert.Equal(["client SessionClosed", "client SessionClosing", "server SessionClosed", "server SessionClosing"], seen.Order());
    }

    [Fact]
    public void Quiet_sessions_live_on_for_hours()
    {
        using var world = new World();
        var sessions = new[] { world.Connect(), world.Connect(options => options.OwnLink = true) };

        world.Pass(TimeSpan.FromHours(3));

        Assert.All(sessions, session => Assert.Equal(SessionState.Established, session.State));
    }

    [Fact]
    public void A_link_that_is_shared_waits_for_the_next_session_for_IdleLinkTimeout()
    {
        using var world = new World();

        var first = world.Connect();
        world.Result(CloseAsync(first));
        world.Pass(TimeSpan.FromSeconds(59));
        var second = world.Connect();
        world.Pass(TimeSpan.FromSeconds(300));
        Assert.Equal(SessionState.Established, second.State);
        world.Result(CloseAsync(second));
        world.Pass(TimeSpan.FromSeconds(61));
        var third = world.Connect();

        Assert.Equal(first.LocalEndPoint, second.LocalEndPoint);
        Assert.NotEqual(first.LocalEndPoint, third.LocalEndPoint);
    }

    [Fact]
    public void A_session_that_cannot_send_what_waits_ends_after_CloseTimeout_and_the_peer_hears_it_though_others_keep_the_link()
    {
        using var world = new World(server: options => options.WindowMessages = 1);
        var other = world.Connect();
        var session = world.Connect();
        var accepted = world.Accepted;
        using var forgetful = accepted.Handle(static _ => new ValueTask(new TaskCompletionSource().Task));
        Task[] calls = [session.RequestAsync(new byte[1]).AsTask(), session.RequestAsync(new byte[1]).AsTask()];
        world.Tick();

        var closing = CloseAsync(session).AsTask();
        world.Pass(TimeSpan.FromSeconds(1));
        Assert.False(closing.IsCompleted);
        world.Pass(TimeSpan.FromMinutes(1));

        Assert.True(closing.IsCompletedSuccessfully);
        Assert.All(calls, static call => Assert.IsType<ConnectionLostException>(call.Exception!.InnerException));
        Assert.Equal((SessionState.Closed, SessionState.Established), (accepted.State, other.State));
    }

    [Fact]
    public void A_link_that_is_shared_may_close_with_its_last_session()
    {
        using var world = new World();
        static void Join(AccelioSessionOptions options) => options.IdleLinkTimeout = TimeSpan.Zero;

        var first = world.Connect(Join);
        world.Result(CloseAsync(first));
        var second = world.Connect(Join);

        Assert.NotEqual(first.LocalEndPoint, second.LocalEndPoint);
    }

    [Theory]
    [InlineData(SimulatedLinkKind.Stream)]
    [InlineData(SimulatedLinkKind.Slots)]
    public void A_link_on_which_nobody_answers_is_given_up_after_SetupTimeout(SimulatedLinkKind kind)
    {
        using var world = new World(kind);
        world.Silence();

        var connecting = world.BeginConnect(options =>
        {
            options.SetupTimeout = TimeSpan.FromSeconds(3);
            options.ConnectTimeout = Timeout.InfiniteTimeSpan;
        });

        AssertTimesOut(world, connecting, TimeSpan.FromSeconds(3), "set-up message in time");
    }

    [Fact]
    public void A_request_that_is_not_answered_in_ResponseTimeout_fails_and_its_token_fires()
    {
        using var world = new World(server: options => options.ResponseTimeout = TimeSpan.FromSeconds(5));
        var firedAt = 0L;
        world.Server.Handle(request =>
        {
            request.Canceled.Register(() => firedAt = world.Scheduler.Clock);
            return new ValueTask(new TaskCompletionSource().Task);
        });
        var session = world.Connect();

        var request = session.RequestAsync(new byte[1], _ => 0).AsTask();
        var begin = world.Scheduler.Clock + 1;
        world.Pass(TimeSpan.FromSeconds(5));
        Assert.False(request.IsCompleted);
        world.Tick();

        Assert.Equal(AccelioStatus.MessageDiscarded, Assert.IsType<RequestFailedException>(request.Exception?.InnerException).Status);
        Assert.Equal(begin + TimeSpan.FromSeconds(5).Ticks, firedAt);
    }

    [Fact]
    public void A_receipt_waits_ReceiptDelay_for_the_response_and_goes_alone_then()
    {
        using var world = new World(server: options => options.ReceiptDelay = TimeSpan.FromMilliseconds(10));
        world.Server.Handle(async request =>
        {
            request.Dispose();
            await Task.Delay(TimeSpan.FromSeconds(1), world.ServerContext.TimeProvider);
            await request.RespondAsync(new byte[2]);
        });
        var session = world.Connect();
        var told = new List<(string, TimeSpan)>();
        var begin = world.Scheduler.Clock + 1;
        session.Receipts.Subscribe(receipt => told.Add(($"receipt {receipt.Accepted}", TimeSpan.FromTicks(world.Scheduler.Clock - begin))));

        session.Request(new OutboundMessage(new byte[1]) { Options = MessageOptions.RequestReceipt }, answer => answer.PayloadLength)
            .Subscribe(_ => told.Add(("answer", TimeSpan.FromTicks(world.Scheduler.Clock - begin))));
        world.Pass(TimeSpan.FromSeconds(2));

        Assert.Equal([("receipt True", TimeSpan.FromMilliseconds(10)), ("answer", TimeSpan.FromSeconds(1))], told);
    }

    private static void AssertTimesOut(World world, Task call, TimeSpan limit, string name)
    {
        world.Pass(limit);
        Assert.False(call.IsCompleted);
        world.Tick();

        var failure = Assert.IsType<AccelioTimeoutException>(call.Exception?.InnerException);
        Assert.Contains(name, failure.Message, StringComparison.Ordinal);
    }

    private static async ValueTask<bool> CloseAsync(AccelioSession session)
    {
        await session.DisposeAsync();
        return true;
    }
}
