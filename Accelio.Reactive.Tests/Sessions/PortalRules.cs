using System.Collections.Concurrent;
using System.Reactive.Threading.Tasks;
using Accelio.Reactive.Tests.Support;
using Xunit;

namespace Accelio.Reactive.Tests.Sessions;

/// <summary>Servers over several contexts: a portal on each, and sessions whose connections spread over them.</summary>
public abstract class PortalRules(Wire wire) : SessionTests(wire)
{
    [Fact]
    public async Task A_server_has_a_portal_with_a_port_of_its_own_on_each_context()
    {
        await using var world = await PortalWorld.OpenAsync(Over, 3, 1);

        Assert.Equal(world.ServerContexts, world.Server.Portals.Select(portal => portal.Context));
        Assert.Equal(4, world.Server.Portals.Select(portal => portal.EndPoint.Port).Append(world.Server.EndPoint.Port).Distinct().Count());
    }

    [Fact]
    public async Task Sessions_with_one_connection_take_the_portals_in_turn()
    {
        await using var world = await PortalWorld.OpenAsync(Over, 3, 1);
        var answered = new List<AccelioContext>();
        using var handler = world.Server.Handle(request => Answer(request, answered));

        for (var i = 0; i < 6; i++)
        {
            await using var session = await world.ConnectAsync(1);
            await session.RequestAsync(new byte[1], answer => answer.PayloadLength);
        }

        Assert.Equal([.. world.ServerContexts, .. world.ServerContexts], answered);
    }

    [Fact]
    public async Task A_client_over_several_contexts_has_a_connection_on_each_to_another_portal()
    {
        await using var world = await PortalWorld.OpenAsync(Over, 2, 2);
        await using var session = await world.ConnectAsync(2);
        var accepted = await world.AcceptedAsync(0, 2);

        Assert.Equal(world.ClientContexts.ToHashSet(), session.Connections.Select(connection => connection.Context).ToHashSet());
        Assert.Equal(world.ServerContexts.ToHashSet(), accepted.Connections.Select(connection => connection.Context).ToHashSet());
        Assert.All(session.Connections, connection => Assert.Same(session, connection.Session));
        Assert.All(accepted.Connections, connection => Assert.Same(accepted, connection.Session));
        Assert.Equal((SessionState.Established, SessionState.Established), (session.State, accepted.State));
    }

    [Fact]
    public async Task More_connections_than_contexts_are_made_where_they_are_asked_for()
    {
        await using var world = await PortalWorld.OpenAsync(Over, 3, 1);
        await using var session = await world.ConnectAsync(1, options => options.ConnectionsPerContext = 3);

        var accepted = await world.AcceptedAsync(0, 3);
        Assert.Equal(world.ServerContexts.ToHashSet(), accepted.Connections.Select(connection => connection.Context).ToHashSet());
    }

    [Fact]
    public async Task Connections_of_a_session_may_share_a_link_where_both_sides_are_ours()
    {
        await using var world = await PortalWorld.OpenAsync(Over, 2, 1);
        using var handler = world.Server.Handle(request => request.RespondAsync(request.Payload));
        await using var session = await world.ConnectAsync(1, options =>
        {
            options.ConnectionsPerContext = 4;
            options.LinkGroup = "shared";
        });
        await world.AcceptedAsync(0, 4);

        for (byte i = 0; i < 4; i++)
        {
            Assert.Equal(i, await session.Connections[i].RequestAsync(new[] { i }, answer => answer.Payload.FirstSpan[0]));
        }

        Assert.Equal(2, session.Connections.Select(connection => connection.LocalEndPoint).Distinct().Count());
    }

    [Fact]
    public async Task A_server_on_one_context_takes_the_connections_of_a_client_on_several()
    {
        await using var world = await PortalWorld.OpenAsync(Over, 1, 2);
        using var handler = world.Server.Handle(request => request.RespondAsync(request.Payload));
        await using var session = await world.ConnectAsync(2, options => options.ConnectionsPerContext = 2);

        await world.AcceptedAsync(0, 4);
        Assert.All(
            await Task.WhenAll(session.Connections.Select(connection => connection.RequestAsync(new byte[7], answer => answer.PayloadLength).AsTask())),
            length => Assert.Equal(7, length));
    }

    [Fact]
    public async Task An_observer_of_the_sessions_messages_gets_those_of_all_connections_on_its_home_context()
    {
        await using var world = await PortalWorld.OpenAsync(Over, 2, 2);
        await using var session = await world.ConnectAsync(2);
        var accepted = await world.AcceptedAsync(0, 2);
        var sums = new int[2];
        var places = new HashSet<AccelioContext?>();
        var all = new TaskCompletionSource();
        using var observing = accepted.Messages.Subscribe(message =>
        {
            places.Add(AccelioContext.Current);
            sums[message.Payload.FirstSpan[0]]++;
            if (sums.Sum() == 200)
            {
                all.SetResult();
            }
        });

        for (var i = 0; i < 200; i++)
        {
            await session.Connections[i % 2].SendAsync(new[] { (byte)(i % 2) });
        }

        await all.Task.WaitAsync(Pair.Limit);
        Assert.Equal([100, 100], sums);
        Assert.Equal([accepted.HomeContext], places);
    }

    [Fact]
    public async Task Who_observes_late_gets_what_has_waited_on_every_connection()
    {
        await using var world = await PortalWorld.OpenAsync(Over, 2, 2);
        await using var session = await world.ConnectAsync(2);
        var accepted = await world.AcceptedAsync(0, 2);
        await session.Connections[0].SendAsync(new byte[1]);
        await session.Connections[1].SendAsync(new byte[2]);
        var lengths = new List<int>();
        var both = new TaskCompletionSource();

        using var observing = accepted.Messages.Subscribe(message =>
        {
            lengths.Add(message.PayloadLength);
            if (lengths.Count == 2)
            {
                both.SetResult();
            }
        });

        await both.Task.WaitAsync(Pair.Limit);
        Assert.Equal([1, 2], lengths.Order());
    }

    [Fact]
    public async Task A_sessions_handler_runs_on_the_context_where_the_request_arrives()
    {
        await using var world = await PortalWorld.OpenAsync(Over, 2, 2);
        await using var session = await world.ConnectAsync(2);
        var accepted = await world.AcceptedAsync(0, 2);
        var answered = new List<AccelioContext>();
        using var handler = accepted.Handle(request => Answer(request, answered));

        foreach (var connection in session.Connections)
        {
            await connection.RequestAsync(new byte[1], answer => answer.PayloadLength);
        }

        Assert.Equal(world.ServerContexts.ToHashSet(), answered.ToHashSet());
    }

    [Fact]
    public async Task An_observer_of_the_servers_requests_answers_those_of_every_portal()
    {
        await using var world = await PortalWorld.OpenAsync(Over, 2, 2);
        await using var session = await world.ConnectAsync(2);
        await world.AcceptedAsync(0, 2);
        var places = new HashSet<AccelioContext?>();
        using var serving = world.Server.Requests.Subscribe(request =>
        {
            places.Add(AccelioContext.Current);
            _ = request.RespondAsync(new byte[request.PayloadLength]).AsTask();
        });

        var lengths = await Task.WhenAll(Enumerable.Range(0, 40).Select(i => session.Connections[i % 2].RequestAsync(new byte[i], answer => answer.PayloadLength).AsTask()));

        Assert.Equal(Enumerable.Range(0, 40), lengths);
        Assert.Equal([world.Server.HomeContext], places);
    }

    [Fact]
    public async Task The_server_sends_on_the_connections_that_the_client_has_brought()
    {
        await using var world = await PortalWorld.OpenAsync(Over, 2, 2);
        await using var session = await world.ConnectAsync(2);
        var accepted = await world.AcceptedAsync(0, 2);
        using var handler = session.Handle(request => request.RespondAsync(request.Payload));

        var lengths = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => accepted.RequestAsync(new byte[i], answer => answer.PayloadLength).AsTask()));

        Assert.Equal(Enumerable.Range(0, 20), lengths);
    }

    [Fact]
    public async Task Each_side_sees_the_close_of_the_other_once()
    {
        await using var world = await PortalWorld.OpenAsync(Over, 2, 2);
        var session = await world.ConnectAsync(2);
        var accepted = await world.AcceptedAsync(0, 2);
        var (here, there) = (EventsOf(session), EventsOf(accepted));

        await session.DisposeAsync();

        await accepted.Closed.WaitAsync(Pair.Limit);
        Assert.Equal(
            [new SessionEstablished(), new SessionClosing(false), new SessionClosed(CloseReason.ClosedLocally, AccelioStatus.SessionClosed, "")],
            await here.WaitAsync(Pair.Limit));
        var events = await there.WaitAsync(Pair.Limit);
        Assert.Equal([new SessionEstablished()], events.Take(1));
        Assert.Equal(new SessionClosed(CloseReason.ClosedByPeer, AccelioStatus.SessionDisconnected, ""), events[^1]);
        Assert.Equal(1, events.Count(happened => happened is SessionClosing { ByPeer: true }));
        Assert.Empty(session.Connections);
    }

    [Fact]
    public async Task The_loss_of_one_connection_is_an_event_and_the_session_goes_on()
    {
        await using var world = await PortalWorld.OpenAsync(Over, 2, 2);
        await using var session = await world.ConnectAsync(2);
        var accepted = await world.AcceptedAsync(0, 2);
        using var handler = accepted.Handle(request => request.RespondAsync(request.Payload));
        var ended = new TaskCompletionSource<AccelioSessionEvent>();
        using var observing = session.Events.Subscribe(happened =>
        {
            if (happened is ConnectionEnded)
            {
                ended.TrySetResult(happened);
            }
        });

        await world.ClientContexts[1].DisposeAsync();

        await ended.Task.WaitAsync(Pair.Limit);
        await world.AcceptedAsync(0, 1);
        Assert.Equal(5, await session.RequestAsync(new byte[5], answer => answer.PayloadLength));
        Assert.Single(session.Connections);
    }

    [Fact]
    public async Task Cold_requests_take_the_connections_in_turn_as_any_call_does()
    {
        await using var world = await PortalWorld.OpenAsync(Over, 2, 2);
        await using var session = await world.ConnectAsync(2, options => options.Selection = ConnectionSelection.RoundRobin);
        var accepted = await world.AcceptedAsync(0, 2);
        var answered = new List<AccelioContext>();
        using var handler = accepted.Handle(request => Answer(request, answered));

        await session.Request(new byte[1]).ToTask().WaitAsync(Pair.Limit);
        await session.Request(new byte[1]).ToTask().WaitAsync(Pair.Limit);
        await session.RequestEach([1], 1, _ => new byte[1], (_, _) => 0).ToTask().WaitAsync(Pair.Limit);
        await session.RequestEach([1], 1, _ => new byte[1], (_, _) => 0).ToTask().WaitAsync(Pair.Limit);

        Assert.All(answered.CountBy(context => context), count => Assert.Equal(2, count.Value));
    }

    [Fact]
    public async Task Draining_a_session_ends_the_work_of_every_connection_first()
    {
        await using var world = await PortalWorld.OpenAsync(Over, 2, 2);
        await using var session = await world.ConnectAsync(2);
        var accepted = await world.AcceptedAsync(0, 2);
        var gate = new TaskCompletionSource();
        var arrived = new SemaphoreSlim(0);
        using var handler = accepted.Handle(async request =>
        {
            arrived.Release();
            await gate.Task;
            await request.RespondAsync(new byte[3]);
        });
        var calls = session.Connections.Select(connection => connection.RequestAsync(new byte[1], answer => answer.PayloadLength).AsTask()).ToArray();
        await arrived.WaitAsync(Pair.Limit);
        await arrived.WaitAsync(Pair.Limit);

        var drained = session.DrainAsync().AsTask();
        gate.SetResult();

        Assert.Equal(new[] { 3, 3 }, await Task.WhenAll(calls).WaitAsync(Pair.Limit));
        await drained.WaitAsync(Pair.Limit);
        Assert.Equal(SessionState.Closed, session.State);
    }

    [Fact]
    public async Task An_abort_of_a_range_is_the_sum_over_the_connections()
    {
        await using var world = await PortalWorld.OpenAsync(Over, 2, 2);
        await using var session = await world.ConnectAsync(2, options => options.Selection = ConnectionSelection.RoundRobin);
        var accepted = await world.AcceptedAsync(0, 2);
        var arrived = new SemaphoreSlim(0);
        using var handler = accepted.Handle(async request =>
        {
            arrived.Release();
            var canceled = new TaskCompletionSource();
            using var registration = request.Canceled.Register(canceled.SetResult);
            await canceled.Task;
        });
        var ids = new MessageId[6];
        var calls = new Task[6];
        for (var i = 0; i < ids.Length; i++)
        {
            calls[i] = session.RequestAsync(new byte[1], out ids[i]).AsTask();
        }

        for (var i = 0; i < ids.Length; i++)
        {
            await arrived.WaitAsync(Pair.Limit);
        }

        var report = await session.AbortAsync(new MessageRange(ids[0], ids[^1])).AsTask().WaitAsync(Pair.Limit);

        Assert.Equal(6, report.Count(AbortOutcome.CanceledWhileRunning));
        Assert.Single(report.Runs);
        foreach (var call in calls)
        {
            await Assert.ThrowsAsync<AccelioCanceledException>(() => call);
        }
    }

    [Fact]
    public async Task A_batch_goes_over_several_connections_and_is_given_up_as_one()
    {
        await using var world = await PortalWorld.OpenAsync(Over, 2, 2);
        await using var session = await world.ConnectAsync(2, options => options.Selection = ConnectionSelection.RoundRobin);
        var accepted = await world.AcceptedAsync(0, 2);
        var never = new TaskCompletionSource();
        using var handler = accepted.Handle(_ => new ValueTask(never.Task));
        var batch = session.BeginBatch();
        var calls = Enumerable.Range(0, 4).Select(_ => batch.RequestAsync(new byte[1], answer => answer.PayloadLength).AsTask()).ToArray();

        var aborting = batch.AbortAsync().AsTask();

        foreach (var call in calls)
        {
            await Assert.ThrowsAsync<AccelioCanceledException>(() => call);
        }

        never.SetResult();
        var report = await aborting.WaitAsync(Pair.Limit);
        Assert.Equal(4, report.Runs.Sum(run => run.Range.Count));
        await Assert.ThrowsAsync<AccelioCanceledException>(async () => await batch.RequestAsync(new byte[1], answer => answer.PayloadLength));
    }

    [Fact]
    public async Task The_application_keeps_a_session_where_it_was_asked_for()
    {
        await using var world = await PortalWorld.OpenAsync(Over, 2, 1);
        using var accepting = world.Server.SessionRequests.Subscribe(request => request.Accept(new AcceptOptions { Portals = [], PrivateData = "stay"u8.ToArray() }));

        await using var session = await world.ConnectAsync(1);

        var accepted = await world.AcceptedAsync(0, 1);
        Assert.Equal("stay"u8.ToArray(), session.AcceptedData.ToArray());
        Assert.True(session.Connections[0].IsLead);
        Assert.Same(world.ServerContexts[0], accepted.HomeContext);
    }

    [Fact]
    public async Task The_application_hands_a_session_to_the_portals_that_it_names()
    {
        await using var world = await PortalWorld.OpenAsync(Over, 3, 1);
        using var accepting = world.Server.SessionRequests.Subscribe(
            request => request.Accept(new AcceptOptions { Portals = [world.Server.Portals[2]], PrivateData = "go"u8.ToArray() }));

        for (var i = 0; i < 3; i++)
        {
            await using var session = await world.ConnectAsync(1);
            var accepted = await world.AcceptedAsync(i, 1);
            Assert.Same(world.ServerContexts[2], accepted.HomeContext);
            Assert.Same(world.ServerContexts[2], accepted.Connections[0].Context);
            Assert.Equal("go"u8.ToArray(), session.AcceptedData.ToArray());
        }
    }

    [Fact]
    public async Task A_session_that_is_asked_for_at_a_portal_is_not_sent_back_to_that_portal()
    {
        await using var world = await PortalWorld.OpenAsync(Over, 2, 1);

        for (var i = 0; i < 3; i++)
        {
            await using var session = await AccelioSession.ConnectAsync(
                world.Server.Portals[0].EndPoint, Pair.WithPatience(new AccelioSessionOptions { Context = world.ClientContexts[0] }));
            var accepted = await world.AcceptedAsync(i, 1);
            Assert.Same(world.ServerContexts[1], accepted.Connections[0].Context);
        }
    }

    [Fact]
    public async Task When_the_context_of_a_portal_has_gone_sessions_go_to_the_others()
    {
        await using var world = await PortalWorld.OpenAsync(Over, 3, 1);
        await world.ServerContexts[1].DisposeAsync();

        for (var i = 0; i < 4; i++)
        {
            await using var session = await world.ConnectAsync(1);
            Assert.NotSame(world.ServerContexts[1], (await world.AcceptedAsync(i, 1)).Connections[0].Context);
        }
    }

    [Fact]
    public async Task Consumers_of_a_portal_stand_in_the_way_of_one_for_the_whole_server()
    {
        await using var world = await PortalWorld.OpenAsync(Over, 2, 1);
        var handler = world.Server.Portals[1].Handle(_ => default);

        Assert.Throws<InvalidOperationException>(() => world.Server.Handle(_ => default));
        handler.Dispose();
        using var whole = world.Server.Handle(_ => default);
        Assert.Throws<InvalidOperationException>(() => world.Server.Portals[0].Handle(_ => default));
    }

    private static ValueTask Answer(InboundRequest request, List<AccelioContext> places)
    {
        lock (places)
        {
            places.Add(AccelioContext.Current!);
        }

        return request.RespondAsync(request.Payload);
    }

    private static Task<List<AccelioSessionEvent>> EventsOf(AccelioSession session)
    {
        var events = new List<AccelioSessionEvent>();
        var all = new TaskCompletionSource<List<AccelioSessionEvent>>();
        session.Events.Subscribe(events.Add, all.SetException, () => all.SetResult(events));
        return all.Task;
    }
}
