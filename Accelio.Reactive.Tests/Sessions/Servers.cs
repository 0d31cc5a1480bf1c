namespace Accelio.Reactive.Tests.Sessions;

/// <summary>Several servers, each on a context of its own, and a context for clients.</summary>
internal sealed class Servers : IAsyncDisposable
{
    private readonly List<AccelioContext> _contexts = [];
    private readonly List<AccelioServer> _servers = [];

    private Servers(AccelioContext clientContext) => ClientContext = clientContext;

    public AccelioContext ClientContext { get; }

    public AccelioServer this[int index] => _servers[index];

    public static async Task<Servers> BindAsync(Wire wire, int count)
    {
        var servers = new Servers(Pair.StartContext("clients", wire: wire));
        for (var i = 0; i < count; i++)
        {
            var context = Pair.StartContext($"server-{i}", wire: wire);
            servers._contexts.Add(context);
            servers._servers.Add(await AccelioServer.BindAsync(wire.Address, Pair.WithPatience(new AccelioServerOptions { Context = context })));
        }

        return servers;
    }

    /// <summary>Opens a session from the clients' context.</summary>
    public async Task<AccelioSession> ConnectAsync(Uri uri, Action<AccelioSessionOptions>? configure = null)
    {
        var options = Pair.WithPatience(new AccelioSessionOptions { Context = ClientContext });
        configure?.Invoke(options);
        return await AccelioSession.ConnectAsync(uri, options);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var server in _servers)
        {
            await server.DisposeAsync();
        }

        _contexts.Add(ClientContext);
        foreach (var context in _contexts)
        {
            await context.DisposeAsync();
        }
    }
}
