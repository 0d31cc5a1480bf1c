using Accelio.Reactive.Tests.Support;
using Xunit;

namespace Accelio.Reactive.Tests.Sessions;

/// <summary>Portals and contexts that are not there, and clients that do not come.</summary>
public abstract class PortalTroubleRules(Wire wire) : SessionTests(wire)
{
    [Fact]
    public async Task A_portal_that_does_not_answer_is_passed_over()
    {
        await using var world = await PortalWorld.OpenAsync(Over, 3, 2);
        await ((PortalCore)world.Server.Portals[1]).Server.StopListeningAsync();

        for (var i = 0; i < 3; i++)
        {
            await using var session = await world.ConnectAsync(2);
            Assert.DoesNotContain(world.ServerContexts[1], (await world.AcceptedAsync(i, 2)).Connections.Select(connection => connection.Context));
        }
    }

    [Fact]
    public async Task When_no_portal_answers_the_call_says_so_and_the_accepted_session_ends_in_time()
    {
        await using var world = await PortalWorld.OpenAsync(Over, 2, 2, options => options.SetupTimeout = TimeSpan.FromSeconds(1));
        foreach (var portal in world.Server.Portals.Skip(1))
        {
            await ((PortalCore)portal).Server.StopListeningAsync();
        }

        var accepted = new TaskCompletionSource<AccelioSession>();
        using var accepting = world.Server.SessionRequests.Subscribe(
            request => accepted.SetResult(request.Accept(new AcceptOptions { Portals = [world.Server.Portals[1]] })));

        var failure = await Assert.ThrowsAsync<AccelioException>(() => world.ConnectAsync(2));

        Assert.Contains("portals", failure.Message, StringComparison.Ordinal);
        var session = await accepted.Task;
        await session.Closed.WaitAsync(Pair.Limit);
        Assert.Empty(world.Accepted);
        var late = await Assert.ThrowsAsync<AccelioTimeoutException>(async () => await session.SendAsync(new byte[1]));
        Assert.Contains("no connection to a portal", late.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_client_context_that_is_gone_costs_the_session_its_connections_there_only()
    {
        await using var world = await PortalWorld.OpenAsync(Over, 2, 2);
        using var handler = world.Server.Handle(request => request.RespondAsync(request.Payload));
        await world.ClientContexts[1].DisposeAsync();

        await using var session = await world.ConnectAsync(2);

        var ended = new TaskCompletionSource<AccelioSessionEvent>();
        using var observing = session.Events.Subscribe(happened => ended.TrySetResult(happened));
        Assert.Contains("client-1", Assert.IsType<ConnectionEnded>(await ended.Task.WaitAsync(Pair.Limit)).Detail, StringComparison.Ordinal);
        Assert.Equal(6, await session.RequestAsync(new byte[6], answer => answer.PayloadLength));
    }

    [Fact]
    public async Task The_end_of_the_home_context_is_the_end_of_the_session()
    {
        await using var world = await PortalWorld.OpenAsync(Over, 2, 2);
        var session = await world.ConnectAsync(2);
        var accepted = await world.AcceptedAsync(0, 2);

        await world.ClientContexts[0].DisposeAsync();

        await session.Closed.WaitAsync(Pair.Limit);
        await accepted.Closed.WaitAsync(Pair.Limit);
    }

    [Fact]
    public async Task A_session_that_is_cut_off_ends_at_both_sides()
    {
        await using var world = await PortalWorld.OpenAsync(Over, 2, 2);
        var session = await world.ConnectAsync(2);
        var accepted = await world.AcceptedAsync(0, 2);
        var never = new TaskCompletionSource();
        using var handler = accepted.Handle(_ => new ValueTask(never.Task));
        var call = session.RequestAsync(new byte[1], answer => answer.PayloadLength).AsTask();

        session.Dispose();

        await Assert.ThrowsAsync<ConnectionLostException>(() => call);
        await accepted.Closed.WaitAsync(Pair.Limit);
        never.SetResult();
    }

    [Fact]
    public async Task Sessions_and_servers_may_be_disposed_again_and_any_way()
    {
        await using var world = await PortalWorld.OpenAsync(Over, 2, 2);
        var session = await world.ConnectAsync(2);

        await Task.WhenAll(session.DisposeAsync().AsTask(), session.DisposeAsync().AsTask()).WaitAsync(Pair.Limit);
        session.Dispose();
        await Task.WhenAll(world.Server.DisposeAsync().AsTask(), world.Server.DrainAsync().AsTask(), world.Server.DisposeAsync().AsTask()).WaitAsync(Pair.Limit);
        world.Server.Dispose();

        await Assert.ThrowsAsync<ConnectionLostException>(async () => await session.SendAsync(new byte[1]));
        await Assert.ThrowsAsync<ObjectDisposedException>(() => Task.FromResult(session.Handle(_ => default)));
    }

    [Fact]
    public async Task A_server_that_is_disposed_ends_the_sessions_of_every_portal_and_leaves_no_id()
    {
        await using var world = await PortalWorld.OpenAsync(Over, 2, 2);
        var sessions = new List<AccelioSession>();
        for (var i = 0; i < 5; i++)
        {
            sessions.Add(await world.ConnectAsync(2));
            await world.AcceptedAsync(i, 2);
        }

        await world.Server.DisposeAsync();

        foreach (var session in sessions)
        {
            await session.Closed.WaitAsync(Pair.Limit);
        }

        Assert.All(world.Accepted, session => Assert.Equal(SessionState.Closed, session.State));
        Assert.Equal(0, ((WideServer)world.Server).Directory.Count);
    }

    [Fact]
    public async Task A_drained_server_ends_the_work_of_every_portal_first()
    {
        await using var world = await PortalWorld.OpenAsync(Over, 2, 2);
        await using var session = await world.ConnectAsync(2);
        var gate = new TaskCompletionSource();
        var arrived = new SemaphoreSlim(0);
        using var handler = world.Server.Handle(async request =>
        {
            arrived.Release();
            await gate.Task;
            await request.RespondAsync(new byte[2]);
        });
        var calls = session.Connections.Select(connection => connection.RequestAsync(new byte[1], answer => answer.PayloadLength).AsTask()).ToArray();
        await arrived.WaitAsync(Pair.Limit);
        await arrived.WaitAsync(Pair.Limit);

        var drained = world.Server.DrainAsync().AsTask();
        gate.SetResult();

        Assert.Equal(new[] { 2, 2 }, await Task.WhenAll(calls).WaitAsync(Pair.Limit));
        await drained.WaitAsync(Pair.Limit);
        await session.Closed.WaitAsync(Pair.Limit);
    }

    [Fact]
    public async Task Who_greets_with_a_wrong_key_loses_the_link_and_the_session_does_not_notice()
    {
        await using var pair = await OpenAsync(Pair.Echo);
        var connection = ((ConnectionCore)pair.Session.Connections[0]).Machine;
        var server = connection.ToPeer();
        Assert.NotNull(server.Key);

        Assert.False(await Greeting.IsTakenAsync(pair, connection.LocalId, server with { Key = server.Key + 1 }));
        Assert.False(await Greeting.IsTakenAsync(pair, connection.LocalId, server with { Key = null }));
        Assert.False(await Greeting.IsTakenAsync(pair, connection.LocalId, server with { Id = server.Id ^ 1 }));
        Assert.True(await Greeting.IsTakenAsync(pair, connection.LocalId, server));

        Assert.Equal(3, await pair.Session.RequestAsync(new byte[3], answer => answer.PayloadLength));
    }

    [Fact]
    public async Task A_portal_list_that_does_not_fit_beside_the_private_data_is_a_mistake_of_the_acceptor()
    {
        await using var world = await PortalWorld.OpenAsync(Over, 2, 1, options => options.AdvertisedHost = new string('a', 60) + '.' + new string('b', 60));
        var mistake = new TaskCompletionSource<Exception>();
        using var accepting = world.Server.SessionRequests.Subscribe(request =>
        {
            mistake.SetResult(Assert.Throws<ArgumentException>(() => request.Accept(new AcceptOptions { PrivateData = new byte[SetupLimits.MaxPrivateData] })));
            request.Reject();
        });

        await Assert.ThrowsAsync<SessionRejectedException>(() => world.ConnectAsync(1));

        Assert.Contains("AdvertisedHost", (await mistake.Task).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Portals_of_another_server_are_a_mistake_of_the_acceptor()
    {
        await using var world = await PortalWorld.OpenAsync(Over, 2, 1);
        await using var other = await PortalWorld.OpenAsync(Over, 1, 1);
        var mistake = new TaskCompletionSource<Exception>();
        using var accepting = world.Server.SessionRequests.Subscribe(request =>
        {
            mistake.SetResult(Assert.Throws<ArgumentException>(() => request.Accept(new AcceptOptions { Portals = other.Server.Portals })));
            request.Accept();
        });

        await using var session = await world.ConnectAsync(1);

        Assert.Contains("Portals", (await mistake.Task).Message, StringComparison.Ordinal);
    }
}
