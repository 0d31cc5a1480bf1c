using Xunit;

namespace Accelio.Reactive.Tests.Sessions;

/// <summary>Sessions, connections and servers that end without breaking anything off (docs/closing.md).</summary>
public abstract class DrainTests(Wire wire) : SessionTests(wire)
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_session_ends_when_its_requests_have_their_answers_whoever_drains_it(bool byServer)
    {
        await using var world = await ColdWorld.OpenAsync(Over);
        var session = world.Pair.Session;
        var running = session.RequestAsync("slow"u8.ToArray(), ColdWorld.Read).AsTask();
        await world.ArrivedAsync();

        var draining = (byServer ? world.Pair.Accepted : session).DrainAsync().AsTask();
        await StateAsync(session, SessionState.Closing);
        var late = await Assert.ThrowsAsync<ConnectionLostException>(async () => await session.RequestAsync("never"u8.ToArray(), ColdWorld.Read));
        Assert.Equal((AccelioStatus.SessionClosed, false), (late.Status, late.MayHaveExecuted));
        Assert.False(session.TrySend("never"u8.ToArray(), out _));
        Assert.False(draining.IsCompleted);
        world.AnswerAll();

        Assert.Equal("slow", await running.WaitAsync(Pair.Limit));
        await draining.WaitAsync(Pair.Limit);
        await session.Closed.WaitAsync(Pair.Limit);
        await world.Pair.Accepted.Closed.WaitAsync(Pair.Limit);
        Assert.Equal(["slow"], world.Seen);
    }

    [Fact]
    public async Task A_server_ends_when_its_sessions_have_and_takes_no_new_ones()
    {
        await using var world = await ColdWorld.OpenAsync(Over, window: 4);
        await using var other = await world.Pair.ConnectAsync();
        Task<string>[] running =
        [
            world.Pair.Session.RequestAsync("slow"u8.ToArray(), ColdWorld.Read).AsTask(),
            other.RequestAsync("slow"u8.ToArray(), ColdWorld.Read).AsTask(),
        ];
        await world.ArrivedAsync();
        await world.ArrivedAsync();

        var draining = world.Pair.Server.DrainAsync().AsTask();
        var again = world.Pair.Server.DrainAsync().AsTask();
        await StateAsync(other, SessionState.Closing);
        await Assert.ThrowsAnyAsync<AccelioException>(() => world.Pair.ConnectAsync());
        Assert.False(draining.IsCompleted);
        world.AnswerAll();

        Assert.Equal(["slow", "slow"], await Task.WhenAll(running).WaitAsync(Pair.Limit));
        await Task.WhenAll(draining, again).WaitAsync(Pair.Limit);
        await world.Pair.Server.DrainAsync();
    }

    [Fact]
    public async Task A_token_ends_the_waiting_and_DisposeAsync_the_drain()
    {
        await using var world = await ColdWorld.OpenAsync(Over);
        using var source = new CancellationTokenSource();
        var running = world.Pair.Session.RequestAsync("deaf"u8.ToArray(), ColdWorld.Read).AsTask();
        await world.ArrivedAsync();

        var draining = world.Pair.Server.DrainAsync(source.Token).AsTask();
        await StateAsync(world.Pair.Session, SessionState.Closing);
        await source.CancelAsync();
        Assert.Equal(source.Token, (await Assert.ThrowsAnyAsync<OperationCanceledException>(() => draining.WaitAsync(Pair.Limit))).CancellationToken);
        Assert.False(running.IsCompleted);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await world.Pair.Session.DrainAsync(source.Token));
        await world.Pair.Server.DisposeAsync();

        Assert.True((await Assert.ThrowsAsync<ConnectionLostException>(() => running.WaitAsync(Pair.Limit))).MayHaveExecuted);
    }

    [Fact]
    public async Task Receipts_and_leases_that_are_out_are_waited_for()
    {
        var kept = new TaskCompletionSource<InboundMessage>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var pair = await OpenAsync(server => server.Messages.Subscribe(message => kept.SetResult(message.Retain())));
        var delivering = pair.Session.DeliverAsync(new byte[1]).AsTask();
        var message = await kept.Task.WaitAsync(Pair.Limit);

        var draining = pair.Accepted.DrainAsync().AsTask();
        await StateAsync(pair.Session, SessionState.Closing);
        Assert.False(draining.IsCompleted);
        message.Dispose();

        Assert.True((await delivering.WaitAsync(Pair.Limit)).Accepted);
        await draining.WaitAsync(Pair.Limit);
    }

    [Fact]
    public async Task A_connection_drains_as_its_session_does_and_what_has_ended_is_drained_at_once()
    {
        await using var pair = await OpenAsync(Pair.Echo);
        var connection = Assert.Single(pair.Session.Connections);
        Assert.Equal(1, await pair.Session.RequestAsync(new byte[1], answer => answer.PayloadLength));

        await connection.DrainAsync().AsTask().WaitAsync(Pair.Limit);
        await connection.DrainAsync().AsTask().WaitAsync(Pair.Limit);

        await pair.Session.Closed.WaitAsync(Pair.Limit);
        await pair.Session.DrainAsync().AsTask().WaitAsync(Pair.Limit);
    }

    [Fact]
    public async Task What_waits_for_a_connection_that_the_peer_drains_goes_out_on_another_and_the_session_lives_on()
    {
        await using var world = await ColdWorld.OpenAsync(Over);
        var session = world.Pair.Session;
        await SecondConnection.AddAsync(world.Pair);
        var first = session.Connections[0];
        var running = session.RequestAsync("slow"u8.ToArray(), ColdWorld.Read).AsTask();
        await world.ArrivedAsync();
        var moves = session.RequestAsync("moves"u8.ToArray(), ColdWorld.Read).AsTask();
        var stays = first.RequestAsync("stays"u8.ToArray(), ColdWorld.Read).AsTask();
        await world.Pair.ClientContext.RunAsync(_ => default);
        Assert.Equal(2, first.QueuedMessages);

        var draining = world.Pair.Accepted.Connections[0].DrainAsync().AsTask();

        Assert.Equal("moves", await moves.WaitAsync(Pair.Limit));
        Assert.False((await Assert.ThrowsAsync<ConnectionLostException>(() => stays.WaitAsync(Pair.Limit))).MayHaveExecuted);
        Assert.Equal("new", await session.RequestAsync("new"u8.ToArray(), ColdWorld.Read));
        Assert.False(running.IsCompleted);
        world.AnswerAll();
        Assert.Equal("slow", await running.WaitAsync(Pair.Limit));
        await draining.WaitAsync(Pair.Limit);
        Assert.Equal(SessionState.Established, session.State);
        Assert.Equal("lives on", await session.RequestAsync("lives on"u8.ToArray(), ColdWorld.Read));
    }

    /// <summary>Clients that ask without pause while their server drains: every request has its answer, or was not sent.</summary>
    [Fact]
    public async Task Under_load_nothing_is_broken_off()
    {
        var served = 0;
        await using var pair = await OpenAsync(server => server.Handle(async request =>
        {
            await Task.Yield();
            Interlocked.Increment(ref served);
            await request.RespondAsync(request.Payload);
        }));
        var answered = 0;
        var sessions = new List<AccelioSession> { pair.Session, await pair.ConnectAsync(), await pair.ConnectAsync() };
        var working = sessions.SelectMany(session => Enumerable.Range(0, 8).Select(_ => Task.Run(() => AskAsync(session)))).ToArray();
        while (Volatile.Read(ref answered) < 1000)
        {
            await Task.Yield();
        }

        await pair.Server.DrainAsync().AsTask().WaitAsync(Pair.Limit);

        await Task.WhenAll(working).WaitAsync(Pair.Limit);
        Assert.Equal(served, answered);

        async Task AskAsync(AccelioSession session)
        {
            while (true)
            {
                try
                {
                    await session.RequestAsync(new byte[8], answer => answer.PayloadLength);
                    Interlocked.Increment(ref answered);
                }
                catch (ConnectionLostException refused)
                {
                    Assert.False(refused.MayHaveExecuted);
                    return;
                }
            }
        }
    }

    private static async Task StateAsync(AccelioSession session, SessionState state)
    {
        for (var i = 0; session.State != state; i++)
        {
            Assert.True(i < 1_000_000, $"the session is {session.State}");
            await session.HomeContext.RunAsync(_ => default);
        }
    }
}
