using Accelio.Reactive.Tests.Support;

namespace Accelio.Reactive.Tests.Sessions;

/// <summary>A server and a client on contexts of their own, joined by a session.</summary>
internal sealed class Pair : IAsyncDisposable
{
    private Pair(AccelioContext serverContext, AccelioContext clientContext, AccelioServer server)
    {
        ServerContext = serverContext;
        ClientContext = clientContext;
        Server = server;
    }

    public static TimeSpan Limit { get; } = Patience.Seconds(60);

    /// <summary>For what the peer may take: the machine may have much else to do.</summary>
    private static TimeSpan Longest { get; } = Patience.Seconds(120);

    public AccelioContext ServerContext { get; }

    public AccelioContext ClientContext { get; }

    public AccelioServer Server { get; }

    /// <summary>The client's end.</summary>
    public AccelioSession Session { get; private set; } = null!;

    /// <summary>The server's end.</summary>
    public AccelioSession Accepted { get; private set; } = null!;

    public static async Task<Pair> OpenAsync(
        Action<AccelioServer>? prepare = null,
        Action<AccelioServerOptions>? server = null,
        Action<AccelioSessionOptions>? client = null,
        string resource = "/",
        Wire? wire = null,
        Action<AccelioContextOptions>? contexts = null)
    {
        wire ??= Wire.Tcp();
        var serverContext = StartContext("test-server", contexts, wire);
        var clientContext = StartContext("test-client", contexts, wire);
        var serverOptions = WithPatience(new AccelioServerOptions { Context = serverContext });
        server?.Invoke(serverOptions);
        var pair = new Pair(serverContext, clientContext, await AccelioServer.BindAsync(wire.Address, serverOptions));
        prepare?.Invoke(pair.Server);
        var accepted = new TaskCompletionSource<AccelioSession>(TaskCreationOptions.RunContinuationsAsynchronously);
        using var subscription = pair.Server.Sessions.Subscribe(session => accepted.TrySetResult(session));
        pair.Session = await pair.ConnectAsync(client, resource);
        pair.Accepted = await accepted.Task.WaitAsync(Limit);
        return pair;
    }

    /// <summary>A further session to the same server.</summary>
    public async Task<AccelioSession> ConnectAsync(Action<AccelioSessionOptions>? configure = null, string resource = "/")
    {
        var options = WithPatience(new AccelioSessionOptions { Context = ClientContext });
        configure?.Invoke(options);
        return await AccelioSession.ConnectAsync(new Uri(Server.EndPoint, resource), options);
    }

    /// <summary>Time limits that no busy machine exceeds.</summary>
    public static T WithPatience<T>(T options)
        where T : AccelioPeerOptions
    {
        options.RequestTimeout = options.SetupTimeout = options.DetectWithin = Longest;
        options.BodyProgressTimeout = options.SendProgressTimeout = Longest;
        options.UnclaimedTimeout = options.CloseTimeout = Longest;
        switch (options)
        {
            case AccelioServerOptions server:
                server.AcceptTimeout = Longest;
                break;
            case AccelioSessionOptions client:
                client.ConnectTimeout = Longest;
                break;
        }

        return options;
    }

    public async ValueTask DisposeAsync()
    {
        await Session.DisposeAsync();
        await Server.DisposeAsync();
        await ClientContext.DisposeAsync();
        await ServerContext.DisposeAsync();
    }

    /// <summary>A context that fills released memory with a pattern.</summary>
    public static AccelioContext StartContext(string name, Action<AccelioContextOptions>? configure = null, Wire? wire = null)
    {
        var options = (wire ?? Wire.Tcp()).Options(name);
        configure?.Invoke(options);
        return AccelioContext.Start(options);
    }

    public static byte[] Bytes(int length)
    {
        var bytes = new byte[length];
        new Random(length + 1).NextBytes(bytes);
        return bytes;
    }

    /// <summary>Answers with what was asked.</summary>
    public static void Echo(AccelioServer server) => server.Handle(request => request.RespondAsync(new OutboundMessage(request.Payload) { Header = request.Header }));
}
