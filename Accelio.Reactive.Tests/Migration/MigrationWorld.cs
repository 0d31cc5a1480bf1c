using System.Reactive.Linq;
using System.Security.Cryptography;
using Microsoft.Reactive.Testing;

namespace Accelio.Reactive.Tests.Migration;

/// <summary>Two servers, "old" and "new", and a client, in the time of a test scheduler. Each server writes down what its handlers begin with; all of them together, in which order.</summary>
internal sealed class MigrationWorld : IDisposable
{
    public static readonly TimeSpan Latency = TimeSpan.FromMilliseconds(5);
    public static readonly TimeSpan Second = TimeSpan.FromSeconds(1);
    private readonly Action<string, AccelioServerOptions>? _configure;
    private readonly Dictionary<string, int> _contexts;

    public MigrationWorld(
        SimulatedLinkKind kind = SimulatedLinkKind.Stream, int? seed = null, Action<string, AccelioServerOptions>? configure = null, int oldContexts = 1, int newContexts = 1,
        bool linksStay = false, TimeSpan contextDelay = default, TimeSpan jitter = default)
    {
        _configure = configure;
        _contexts = new() { ["old"] = oldContexts, ["new"] = newContexts };
        Network = new SimulatedNetwork(Scheduler, seed)
        {
            LinkKind = kind,
            LinksStay = linksStay,
            ContextDelay = contextDelay,
            UsualConditions = new SimulatedConditions { Latency = Latency, Jitter = jitter },
        };
        Client = Network.CreateContext("client");
        foreach (var host in new[] { "old", "new" })
        {
            Ran[host] = [];
            Sessions[host] = [];
            Network.Host(host).Run(ServeAsync);
        }

        Network.RunUntilIdle();
    }

    public static byte[] Key { get; } = SHA256.HashData("the key of both"u8);

    public static Uri Target => new("sim://new:1");

    public TestScheduler Scheduler { get; } = new();

    public SimulatedNetwork Network { get; }

    public AccelioContext Client { get; }

    /// <summary>The servers, by their hosts.</summary>
    public Dictionary<string, AccelioServer> Servers { get; } = [];

    /// <summary>What each server's handlers began with, by first byte, since it was started.</summary>
    public Dictionary<string, List<int>> Ran { get; } = [];

    /// <summary>Each server's sessions since it was started.</summary>
    public Dictionary<string, List<AccelioSession>> Sessions { get; } = [];

    /// <summary>One-way messages in the order of arrival, wherever, by their first byte.</summary>
    public List<int> Arrived { get; } = [];

    /// <summary>How requests are answered; by default with what came, after two latencies.</summary>
    public Func<InboundRequest, ValueTask>? Handler { get; set; }

    /// <summary>All that ran, the old server's before the new one's.</summary>
    public IEnumerable<int> RanAnywhere => [.. Ran["old"], .. Ran["new"]];

    public AccelioServer Old => Servers["old"];

    public AccelioServer New => Servers["new"];

    public SimulatedFaults Faults => Network.Faults;

    public AccelioSession Connect(Action<AccelioSessionOptions>? configure = null)
    {
        var options = new AccelioSessionOptions { Context = Client, Resume = true };
        configure?.Invoke(options);
        return Network.Run(() => AccelioSession.ConnectAsync(new Uri("sim://old:1"), options).AsTask());
    }

    /// <summary>Begins to move the new server's sessions back.</summary>
    public Task<MigrationReport> MoveBackAsync() => New.HomeContext.RunAsync(_ => New.MigrateAsync(static _ => true, new Uri("sim://old:1"))).AsTask();

    /// <summary>A session with a connection on each of three contexts; <see cref="AskAsync"/> goes by key.</summary>
    public AccelioSession ConnectWide(Action<AccelioSessionOptions>? configure = null) => Network.Run(() => BeginConnectWide(configure));

    /// <summary>Begins to open one.</summary>
    public Task<AccelioSession> BeginConnectWide(Action<AccelioSessionOptions>? configure = null)
    {
        var options = new AccelioSessionOptions { Contexts = [Client, Network.CreateContext("client"), Network.CreateContext("client")], Resume = true };
        configure?.Invoke(options);
        return AccelioSession.ConnectAsync(new Uri("sim://old:1"), options).AsTask();
    }

    /// <summary>Begins to move the old server's sessions, on its context.</summary>
    public Task<MigrationReport> MoveAsync(TimeSpan? limit = null)
    {
        var options = new MigrationOptions { Limit = limit ?? TimeSpan.FromSeconds(10) };
        return Old.HomeContext.RunAsync(_ => Old.MigrateAsync(static _ => true, Target, options)).AsTask();
    }

    /// <summary>What became of the one session that was to be moved; it stays when the other server is not there.</summary>
    public MigrationOutcome OutcomeOf(Task<MigrationReport> moving)
    {
        try
        {
            return Network.Run(() => moving).Sessions.Single().Outcome;
        }
        catch (AccelioException)
        {
            return MigrationOutcome.Stayed;
        }
    }

    /// <summary>What happens to a session from now on.</summary>
    public static List<AccelioSessionEvent> EventsOf(AccelioSession session)
    {
        List<AccelioSessionEvent> events = [];
        session.Events.Where(static what => what is not SessionEstablished).Subscribe(events.Add);
        return events;
    }

    public static Task<int> AskAsync(AccelioSession session, byte first, int length = 1)
    {
        var body = new byte[length];
        body[0] = first;
        return session.RequestAsync(new OutboundMessage(body) { Key = KeyOf(first) }, static answer => answer.Payload.FirstSpan[0] + (answer.PayloadLength << 8)).AsTask();
    }

    /// <summary>Messages with the same key go one way, and in order.</summary>
    public static long KeyOf(int first) => 1 + (first % 7);

    public static int Answer(byte first, int length = 1) => first + (length << 8);

    public async ValueTask AnswerLater(InboundRequest request)
    {
        await Task.Delay(2 * Latency, Network.TimeProvider);
        await request.RespondAsync(request.Payload);
    }

    public void Advance(TimeSpan time) => Network.AdvanceBy(time);

    public void Dispose() => Network.Dispose();

    private async Task ServeAsync(SimulatedHost me)
    {
        AccelioContext[] contexts = [.. Enumerable.Range(0, _contexts[me.Name]).Select(_ => me.CreateContext())];
        var options = new AccelioServerOptions { Contexts = contexts, Resume = true, HandOver = SessionHandOver.Stateless, MigrationKey = Key };
        _configure?.Invoke(me.Name, options);
        var server = await AccelioServer.BindAsync(new Uri($"sim://{me.Name}:1"), options);
        Servers[me.Name] = server;
        Ran[me.Name].Clear();
        Sessions[me.Name].Clear();
        server.Sessions.Subscribe(Sessions[me.Name].Add);
        server.Messages.Read(static message => (int)message.Payload.FirstSpan[0]).Subscribe(Arrived.Add, static _ => { });
        server.Handle(request =>
        {
            Ran[me.Name].Add(request.Payload.FirstSpan[0]);
            return (Handler ?? AnswerLater)(request);
        });
    }
}
