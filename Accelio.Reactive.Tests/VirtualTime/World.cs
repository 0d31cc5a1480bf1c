using System.Reactive.Disposables;
using Accelio.Reactive.Tests.Simulated;
using Microsoft.Reactive.Testing;

namespace Accelio.Reactive.Tests.VirtualTime;

/// <summary>A server and a client on contexts of one test scheduler and one network. Nothing happens but when time is advanced.</summary>
internal sealed class World : IDisposable
{
    private readonly TamperingHub _hub = new();
    private readonly SimulatedNetwork _network;
    private readonly List<AccelioContext> _contexts = [];
    private readonly List<AccelioServer> _others = [];

    public World(SimulatedLinkKind kind = SimulatedLinkKind.Stream, Action<AccelioServerOptions>? server = null, int? seed = null)
    {
        _network = new SimulatedNetwork(_hub, seed) { LinkKind = kind };
        ServerContext = NewContext("server");
        ClientContext = NewContext("client");
        var options = new AccelioServerOptions { Context = ServerContext };
        server?.Invoke(options);
        Server = Result(AccelioServer.BindAsync(new Uri("sim://server:1"), options));
        Server.Sessions.Subscribe(session => Accepted = session);
    }

    public TestScheduler Scheduler { get; } = new();

    public AccelioContext ServerContext { get; }

    public AccelioContext ClientContext { get; }

    public AccelioServer Server { get; }

    /// <summary>The server's end of the last session.</summary>
    public AccelioSession Accepted { get; private set; } = null!;

    /// <summary>A further context of the same world.</summary>
    public AccelioContext NewContext(string name)
    {
        var options = new AccelioContextOptions { Name = name, SimulatedNetwork = _network, PoisonReleasedMemory = true };
        var context = AccelioContext.OnScheduler(Scheduler, options);
        _contexts.Add(context);
        return context;
    }

    /// <summary>Begins to open a session from the client's context.</summary>
    public Task<AccelioSession> BeginConnect(Action<AccelioSessionOptions>? configure = null)
    {
        var options = new AccelioSessionOptions { Context = ClientContext };
        configure?.Invoke(options);
        return AccelioSession.ConnectAsync(new Uri("sim://server:1/resource"), options).AsTask();
    }

    /// <summary>Opens a session from the client's context.</summary>
    public AccelioSession Connect(Action<AccelioSessionOptions>? configure = null) => Result(new ValueTask<AccelioSession>(BeginConnect(configure)));

    /// <summary>A further server, on a context of its own.</summary>
    public AccelioServer Bind(string uri, Action<AccelioServerOptions>? configure = null)
    {
        var options = new AccelioServerOptions { Context = NewContext(uri) };
        configure?.Invoke(options);
        var server = Result(AccelioServer.BindAsync(new Uri(uri), options));
        _others.Add(server);
        return server;
    }

    /// <summary>From now on nothing comes from a host any more, and nobody is told.</summary>
    public void Silence(string host) => _hub.SilentHosts.Add(host);

    /// <summary>From now on nothing arrives any more, either way, and nobody is told.</summary>
    public void Silence() => _hub.OnClientPacket = _hub.OnServerPacket = static _ => false;

    /// <summary>Has something done at a time, by the scheduler and on no context.</summary>
    public void At(long clock, Action action) => Scheduler.ScheduleAbsolute<object?>(null, clock, (_, _) =>
    {
        action();
        return Disposable.Empty;
    });

    /// <summary>Lets time pass.</summary>
    public void Pass(TimeSpan time) => Scheduler.AdvanceBy(time.Ticks);

    /// <summary>The least that can pass: what was called is begun, and done if it needs no time.</summary>
    public void Tick() => Scheduler.AdvanceBy(1);

    /// <summary>The result of a call that needs no time.</summary>
    public T Result<T>(ValueTask<T> call)
    {
        var task = call.AsTask();
        Tick();
        return task.IsCompleted ? task.GetAwaiter().GetResult() : throw new InvalidOperationException("It takes longer than a tick.");
    }

    public void Dispose()
    {
        Server.Dispose();
        _others.ForEach(server => server.Dispose());
        _contexts.ForEach(context => context.Dispose());
    }
}
