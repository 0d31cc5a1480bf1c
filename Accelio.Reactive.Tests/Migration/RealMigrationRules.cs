using Accelio.Reactive.Tests.Sessions;
using Xunit;

namespace Accelio.Reactive.Tests.Migration;

/// <summary>Real threads and sockets: sessions and connections go to and fro while their clients work as hard as they can. Nothing is lost, runs twice, or gets out of order.</summary>
public class RealMigrationRules : IAsyncLifetime
{
    private const int Moves = 6;

    private readonly List<AccelioContext> _contexts = [];

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        foreach (var context in _contexts)
        {
            await context.DisposeAsync();
        }
    }

    [Fact]
    public async Task Sessions_move_back_and_forth_between_two_servers() => await MoveBetweenServersAsync(serverContexts: 1, clientContexts: 1, sessions: 4, keys: 1);

    [Fact]
    public async Task Sessions_with_several_connections_move_back_and_forth_between_two_servers_over_several_contexts() =>
        await MoveBetweenServersAsync(serverContexts: 2, clientContexts: 2, sessions: 2, keys: 4);

    [Fact]
    public async Task Connections_move_among_the_portals_of_one_server()
    {
        var load = new RealLoad(sessions: 2, keys: 4);
        await using var server = await ServeAsync(load, contexts: 3);
        var sessions = await ConnectAsync(server, contexts: 2, count: 2);

        load.Begin(sessions);
        for (var move = 0; move < Moves * 2; move++)
        {
            await load.ProgressAsync();
            var number = 0;
            var all = move % 3 == 0;
            var report = await server.MigrateAsync((AccelioConnection _) => all || ++number % 2 == 0, server.Portals[move % 3], new MigrationOptions { Limit = Pair.Limit });
            Assert.True(report.IsComplete, string.Join("; ", report.Sessions.Select(static session => session.Detail)));
        }

        await load.EndAsync();
        Assert.All(sessions, static session => Assert.Equal((SessionState.Established, 2), (session.State, session.Connections.Count)));
        await EndAsync(sessions);
    }

    private async Task MoveBetweenServersAsync(int serverContexts, int clientContexts, int sessions, int keys)
    {
        var load = new RealLoad(sessions, keys);
        await using var one = await ServeAsync(load, serverContexts);
        await using var other = await ServeAsync(load, serverContexts);
        AccelioServer[] servers = [one, other];
        var clients = await ConnectAsync(one, clientContexts, sessions);

        load.Begin(clients);
        for (var move = 0; move < Moves; move++)
        {
            await load.ProgressAsync();
            var report = await servers[move % 2].MigrateAsync(static _ => true, servers[(move + 1) % 2].EndPoint, new MigrationOptions { Limit = Pair.Limit });
            Assert.True(report.IsComplete, string.Join("; ", report.Sessions.Select(static session => session.Detail)));
            Assert.Equal(sessions, report.Left);
        }

        await load.EndAsync();
        Assert.All(clients, client => Assert.Equal((SessionState.Established, clientContexts), (client.State, client.Connections.Count)));
        await EndAsync(clients);
    }

    private async Task<AccelioServer> ServeAsync(RealLoad load, int contexts)
    {
        var options = new AccelioServerOptions { Resume = true, HandOver = SessionHandOver.Stateless, MigrationKey = MigrationWorld.Key };
        options.Contexts = Start(contexts);
        var server = await AccelioServer.BindAsync(new Uri("tcp://127.0.0.1:0"), options);
        load.ServeAt(server);
        return server;
    }

    private async Task<AccelioSession[]> ConnectAsync(AccelioServer server, int contexts, int count)
    {
        var where = Start(contexts);
        var sessions = new AccelioSession[count];
        for (var i = 0; i < count; i++)
        {
            sessions[i] = await AccelioSession.ConnectAsync(server.EndPoint, new AccelioSessionOptions { Contexts = where, Resume = true });
        }

        return sessions;
    }

    private AccelioContext[] Start(int count)
    {
        AccelioContext[] started = [.. Enumerable.Range(0, count).Select(static _ => AccelioContext.Start())];
        _contexts.AddRange(started);
        return started;
    }

    private static async Task EndAsync(AccelioSession[] sessions)
    {
        foreach (var session in sessions)
        {
            await session.DisposeAsync();
        }
    }
}
