using System.Collections.Concurrent;
using System.Text;
using Accelio.Reactive.Tests.Support;
using Xunit;

namespace Accelio.Reactive.Tests.Sessions;

/// <summary>A session that was redirected to several servers goes on at the next when its server drains (docs/closing.md).</summary>
public abstract class MoveTests(Wire wire) : SessionTests(wire)
{
    private readonly TaskCompletionSource _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ConcurrentQueue<string> _served = new();

    [Fact]
    public async Task What_runs_ends_where_it_is_and_everything_else_goes_to_the_next_server_without_an_error()
    {
        await using var servers = await BindAsync();
        await using var session = await servers.ConnectAsync(servers[0].EndPoint);
        var events = new ConcurrentQueue<AccelioSessionEvent>();
        session.Events.Subscribe(events.Enqueue);
        var running = Ask(session, "slow");
        await Until.TrueAsync(() => !_served.IsEmpty, () => "nothing arrived");
        var before = session.RemoteEndPoint;

        var draining = servers[1].DrainAsync().AsTask();
        await Until.TrueAsync(() => session.Connections.Count == 2, () => $"{session.State}");
        Assert.Equal("new", await Ask(session, "new"));
        Assert.False(draining.IsCompleted);
        _answer.SetResult();

        Assert.Equal("slow", await running.WaitAsync(Pair.Limit));
        await draining.WaitAsync(Pair.Limit);
        await Until.TrueAsync(() => session.Connections.Count == 1, () => $"{session.Connections.Count} connections");
        Assert.Equal("after", await Ask(session, "after"));
        Assert.Equal(["1: slow", "2: new", "2: after"], _served);
        Assert.Equal(SessionState.Established, session.State);
        Assert.NotEqual(before, session.RemoteEndPoint);
        AccelioSessionEvent[] expected =
        [
            new SessionRedirected(servers[1].EndPoint.OriginalString),
            new SessionEstablished(),
            new SessionRedirected(servers[2].EndPoint.OriginalString),
        ];
        Assert.Equal(expected, events);
    }

    [Fact]
    public async Task Its_accepted_data_is_that_of_the_server_where_it_is()
    {
        await using var servers = await BindAsync();
        foreach (var i in new[] { 1, 2 })
        {
            servers[i].SessionRequests.Subscribe(request => request.Accept(new AcceptOptions { PrivateData = new[] { (byte)i } }));
        }

        await using var session = await servers.ConnectAsync(servers[0].EndPoint);
        Assert.Equal([1], session.AcceptedData.ToArray());

        await servers[1].DrainAsync().AsTask().WaitAsync(Pair.Limit);

        Assert.Equal("after", await Ask(session, "after"));
        Assert.Equal([2], session.AcceptedData.ToArray());
    }

    [Fact]
    public async Task Under_load_every_request_is_served_once_here_or_there()
    {
        await using var servers = await BindAsync();
        await using var session = await servers.ConnectAsync(servers[0].EndPoint);
        using var done = new CancellationTokenSource();
        var asking = Enumerable.Range(0, 8).Select(worker => Task.Run(async () =>
        {
            var count = 0;
            for (; !done.IsCancellationRequested; count++)
            {
                Assert.Equal($"{worker}", await Ask(session, $"{worker}"));
            }

            return count;
        })).ToArray();
        await Until.TrueAsync(() => _served.Count > 100, () => "no load");

        await servers[1].DrainAsync().AsTask().WaitAsync(Pair.Limit);
        var moved = _served.Count;
        await Until.TrueAsync(() => _served.Count > moved + 100, () => "no load at the next server");
        await done.CancelAsync();

        var answered = (await Task.WhenAll(asking).WaitAsync(Pair.Limit)).Sum();
        Assert.Equal(_served.Count, answered);
        Assert.Contains("2: 0", _served);
    }

    [Fact]
    public async Task When_the_next_server_is_not_there_the_session_ends_as_it_would_have()
    {
        await using var servers = await BindAsync();
        await using var session = await servers.ConnectAsync(servers[0].EndPoint);
        Assert.Equal("first", await Ask(session, "first"));
        await servers[2].DisposeAsync();

        await servers[1].DrainAsync().AsTask().WaitAsync(Pair.Limit);

        await session.Closed.WaitAsync(Pair.Limit);
        Assert.False((await Assert.ThrowsAsync<ConnectionLostException>(() => Ask(session, "late"))).MayHaveExecuted);
    }

    [Fact]
    public async Task A_session_that_both_servers_drain_ends_and_is_not_sent_back()
    {
        await using var servers = await BindAsync();
        await using var session = await servers.ConnectAsync(servers[0].EndPoint);

        await servers[1].DrainAsync().AsTask().WaitAsync(Pair.Limit);
        Assert.Equal("there", await Ask(session, "there"));
        await servers[2].DrainAsync().AsTask().WaitAsync(Pair.Limit);

        await session.Closed.WaitAsync(Pair.Limit);
        Assert.Equal(["2: there"], _served);
    }

    private async Task<Servers> BindAsync()
    {
        var servers = await Servers.BindAsync(Over, 3);
        servers[0].SessionRequests.Subscribe(request => request.Redirect(servers[1].EndPoint, servers[2].EndPoint));
        for (var i = 1; i <= 2; i++)
        {
            var number = i;
            servers[i].Handle(async request =>
            {
                var text = Encoding.ASCII.GetString(request.Payload);
                _served.Enqueue($"{number}: {text}");
                if (text == "slow")
                {
                    await _answer.Task;
                }

                await request.RespondAsync(request.Payload);
            });
        }

        return servers;
    }

    private static Task<string> Ask(AccelioSession session, string text) =>
        session.RequestAsync(Encoding.ASCII.GetBytes(text), static answer => Encoding.ASCII.GetString(answer.Payload)).AsTask().WaitAsync(Pair.Limit);
}
