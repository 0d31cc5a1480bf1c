using Accelio.Reactive.Tests.Support;

namespace Accelio.Reactive.Tests.Sessions;

/// <summary>A server over several contexts, and contexts for clients.</summary>
internal sealed class PortalWorld : IAsyncDisposable
{
    private PortalWorld(Wire wire, int servers, int clients)
    {
        ServerContexts = [.. Enumerable.Range(0, servers).Select(i => Pair.StartContext($"server-{i}", wire: wire))];
        ClientContexts = [.. Enumerable.Range(0, clients).Select(i => Pair.StartContext($"client-{i}", wire: wire))];
    }

    public AccelioContext[] ServerContexts { get; }

    public AccelioContext[] ClientContexts { get; }

    public AccelioServer Server { get; private set; } = null!;

    /// <summary>The sessions that the server has accepted so far, in order.</summary>
    public List<AccelioSession> Accepted { get; } = [];

    public static async Task<PortalWorld> OpenAsync(Wire wire, int servers, int clients, Action<AccelioServerOptions>? configure = null)
    {
        var world = new PortalWorld(wire, servers, clients);
        var options = Pair.WithPatience(new AccelioServerOptions { Contexts = world.ServerContexts });
        configure?.Invoke(options);
        world.Server = await AccelioServer.BindAsync(wire.Address, options);
        world.Server.Sessions.Subscribe(session =>
        {
            lock (world.Accepted)
            {
                world.Accepted.Add(session);
            }
        });
        return world;
    }

    /// <summary>Opens a session with connections on so many of the clients' contexts.</summary>
    public async Task<AccelioSession> ConnectAsync(int contexts, Action<AccelioSessionOptions>? configure = null, string resource = "/")
    {
        var options = Pair.WithPatience(new AccelioSessionOptions { Contexts = ClientContexts[..contexts] });
        configure?.Invoke(options);
        return await AccelioSession.ConnectAsync(new Uri(Server.EndPoint, resource), options);
    }

    /// <summary>The server's end of the session that was opened so many sessions ago, with so many connections.</summary>
    public async Task<AccelioSession> AcceptedAsync(int index, int connections)
    {
        await Until.TrueAsync(
            () =>
            {
                lock (Accepted)
                {
                    return Accepted.Count > index && Accepted[index].Connections.Count == connections;
                }
            },
            () => $"{Accepted.Count} sessions; {string.Join(", ", Accepted.Select(session => session.Connections.Count))} connections");
        return Accepted[index];
    }

    /// <summary>Waits until the clients' contexts have taken up what was called before.</summary>
    public async Task FlushAsync()
    {
        foreach (var context in ClientContexts)
        {
            await context.RunAsync(_ => default);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Server.DisposeAsync();
        foreach (var context in ClientContexts.Concat(ServerContexts))
        {
            await context.DisposeAsync();
        }
    }
}
