using System.Reactive.Linq;
using System.Reactive.Threading.Tasks;
using Accelio.Reactive.Tests.Support;
using Xunit;

namespace Accelio.Reactive.Tests.Sessions;

public abstract class LifeTests(Wire wire) : SessionTests(wire)
{
    [Fact]
    public async Task A_session_tells_its_life_and_a_late_subscriber_the_present()
    {
        await using var pair = await OpenAsync();
        var client = new List<AccelioSessionEvent>();
        var server = new List<AccelioSessionEvent>();
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        pair.Session.Events.Subscribe(client.Add);
        var present = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        pair.Accepted.Events.Do(_ => present.TrySetResult()).Subscribe(server.Add, () => ended.SetResult());
        await present.Task.WaitAsync(Pair.Limit);

        await pair.Session.DisposeAsync();
        await ended.Task.WaitAsync(Pair.Limit);

        Assert.Equal([new SessionEstablished(), new SessionClosing(false), new SessionClosed(CloseReason.ClosedLocally, AccelioStatus.SessionClosed, string.Empty)], client);
        Assert.Equal([new SessionEstablished(), new SessionClosing(true), new SessionClosed(CloseReason.ClosedByPeer, AccelioStatus.SessionDisconnected, string.Empty)], server);
        Assert.Equal(SessionState.Closed, pair.Session.State);
        Assert.IsType<SessionClosed>(Assert.Single(await pair.Session.Events.ToList().ToTask().WaitAsync(Pair.Limit)));
    }

    [Fact]
    public async Task Both_ends_may_close_at_once()
    {
        await using var pair = await OpenAsync();

        await Task.WhenAll(pair.Session.DisposeAsync().AsTask(), pair.Accepted.DisposeAsync().AsTask()).WaitAsync(Pair.Limit);

        Assert.Equal(SessionState.Closed, pair.Accepted.State);
    }

    [Fact]
    public async Task A_cut_session_fails_what_was_under_way_and_says_that_it_may_have_run()
    {
        await using var pair = await OpenAsync(server => server.Handle(_ => new ValueTask(Task.Delay(Timeout.Infinite))));
        var request = pair.Session.RequestAsync(new byte[1], _ => 0).AsTask();
        var arrived = await Record.ExceptionAsync(() => pair.Session.RequestAsync(new OutboundMessage(new byte[1]) { Timeout = TimeSpan.FromMilliseconds(50) }, _ => 0).AsTask());

        pair.Accepted.Dispose();
        var failure = await Assert.ThrowsAsync<ConnectionLostException>(() => request.WaitAsync(Pair.Limit));

        Assert.IsType<AccelioTimeoutException>(arrived);
        Assert.True(failure.MayHaveExecuted);
    }

    [Fact]
    public async Task After_the_end_calls_fail_and_nothing_may_have_run()
    {
        await using var pair = await OpenAsync(Pair.Echo);
        await pair.Session.DisposeAsync();

        var failure = await Assert.ThrowsAsync<ConnectionLostException>(async () => await pair.Session.RequestAsync(new byte[1], _ => 0));

        Assert.False(failure.MayHaveExecuted);
        Assert.False(pair.Session.TrySend(new byte[1], out _));
    }

    [Fact]
    public async Task A_session_may_be_disposed_inside_its_own_callback()
    {
        await using var pair = await OpenAsync();
        pair.Session.Messages.Subscribe(_ => pair.Session.Dispose());

        await pair.Accepted.SendAsync(new byte[1]);

        await pair.Session.Closed.WaitAsync(Pair.Limit);
        await pair.Accepted.Closed.WaitAsync(Pair.Limit);
    }

    [Fact]
    public async Task A_server_that_ends_ends_its_sessions_in_good_order()
    {
        await using var pair = await OpenAsync();
        SessionClosed? closed = null;
        pair.Session.Events.Subscribe(happened => closed = happened as SessionClosed);

        await pair.Server.DisposeAsync().AsTask().WaitAsync(Pair.Limit);
        await pair.Session.Closed.WaitAsync(Pair.Limit);

        Assert.Equal(CloseReason.ClosedByPeer, closed?.Reason);
    }

    [Fact]
    public async Task A_context_that_ends_takes_everything_along()
    {
        await using var pair = await OpenAsync();

        await pair.ClientContext.DisposeAsync().AsTask().WaitAsync(Pair.Limit);

        Assert.True(pair.Session.Closed.IsCompleted);
        await pair.Accepted.Closed.WaitAsync(Pair.Limit);
    }

    [Fact]
    public async Task A_rejected_session_tells_reason_and_data()
    {
        await using var context = Start("both");
        await using var server = await AccelioServer.BindAsync(Address, new AccelioServerOptions { Context = context });
        using var rejecting = server.SessionRequests.Subscribe(request => request.Reject(AccelioStatus.NoBuffers, "full"u8.ToArray()));

        var failure = await Assert.ThrowsAsync<SessionRejectedException>(async () => await AccelioSession.ConnectAsync(server.EndPoint, new AccelioSessionOptions { Context = context }));

        Assert.Equal(AccelioStatus.NoBuffers, failure.Status);
        Assert.Equal("full"u8.ToArray(), failure.PrivateData.ToArray());
    }

    [Fact]
    public async Task A_session_may_be_accepted_later_and_elsewhere()
    {
        await using var context = Start("both");
        await using var server = await AccelioServer.BindAsync(Address, new AccelioServerOptions { Context = context });
        using var accepting = server.SessionRequests.Subscribe(request => Task.Run(async () =>
        {
            await Task.Delay(50);
            request.Accept(new AcceptOptions { PrivateData = request.PrivateData });
        }));

        var options = new AccelioSessionOptions { Context = context, PrivateData = "hello"u8.ToArray() };
        await using var session = await AccelioSession.ConnectAsync(server.EndPoint, options);

        Assert.Equal("hello"u8.ToArray(), session.AcceptedData.ToArray());
    }

    [Fact]
    public async Task An_observer_that_throws_loses_its_subscription_only()
    {
        var others = 0;
        var unhandled = new TaskCompletionSource<Exception>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var pair = await OpenAsync(server =>
        {
            server.HomeContext.UnhandledExceptions.Subscribe(exception => unhandled.TrySetResult(exception));
            server.Messages.Subscribe(_ => throw new FormatException("mine"));
            server.Messages.Subscribe(_ => others++);
        });

        await pair.Session.DeliverAsync(new byte[1]);
        await pair.Session.DeliverAsync(new byte[1]);

        Assert.IsType<FormatException>(await unhandled.Task.WaitAsync(Pair.Limit));
        Assert.Equal(2, others);
    }

    [Fact]
    public async Task Requests_take_one_consumer()
    {
        await using var pair = await OpenAsync(Pair.Echo);

        Assert.Throws<InvalidOperationException>(() => Pair.Echo(pair.Server));
        Assert.Throws<InvalidOperationException>(() => pair.Server.Requests.Subscribe(_ => { }));
    }

    [Fact]
    public async Task Awaits_come_back_to_the_context_they_began_on()
    {
        await using var pair = await OpenAsync(Pair.Echo);

        await pair.ClientContext.RunAsync(async _ =>
        {
            for (var i = 0; i < 100; i++)
            {
                await pair.Session.RequestAsync(new byte[1], answer => 0, CancellationToken.None);
                Assert.Same(pair.ClientContext, AccelioContext.Current);
            }
        });
        await pair.Session.RequestAsync(new byte[1], answer => 0);

        Assert.Null(AccelioContext.Current);
    }

    [Fact]
    public async Task A_context_may_be_turned_by_the_host()
    {
        await using var home = Start("server");
        await using var server = await AccelioServer.BindAsync(Address, new AccelioServerOptions { Context = home });
        Pair.Echo(server);
        using var context = Manual("by hand");
        var work = RunAsync();
        context.TurnUntil(work);

        Assert.Equal(5, await work);

        async Task<int> RunAsync()
        {
            var session = await AccelioSession.ConnectAsync(server.EndPoint, new AccelioSessionOptions { Context = context });
            var length = await session.RequestAsync(new byte[5], answer => answer.PayloadLength);
            session.Dispose();
            return length;
        }
    }
}
