using System.Reactive.Linq;
using Accelio.Transports.Simulated;
using Microsoft.Reactive.Testing;

namespace Accelio.Reactive.Tests.Resume;

/// <summary>Clients and servers that go on over another link when theirs is lost, in the time of a test scheduler; the server counts what it runs.</summary>
internal sealed class ResumeWorld : IDisposable
{
    public static readonly TimeSpan Latency = TimeSpan.FromMilliseconds(5);
    public static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private readonly SimulatedHub _hub = new();
    private readonly int _contexts;

    public ResumeWorld(SimulatedLinkKind kind = SimulatedLinkKind.Stream, int? seed = null, Action<AccelioServerOptions>? configure = null, int contexts = 1, TimeSpan? latency = null)
    {
        _contexts = contexts;
        Network = new SimulatedNetwork(_hub, seed, Scheduler)
        {
            LinkKind = kind,
            UsualConditions = new SimulatedConditions { Latency = latency ?? Latency },
        };
        Client = Network.CreateContext("client");
        ConfigureServer = configure;
        Network.Host("server").Run(ServeAsync);
        Network.RunUntilIdle();
    }

    public TestScheduler Scheduler { get; } = new();

    public SimulatedNetwork Network { get; }

    public AccelioContext Client { get; }

    public Action<AccelioServerOptions>? ConfigureServer { get; set; }

    public Action<AccelioSessionOptions>? ConfigureClient { get; set; }

    /// <summary>How the server answers; by default with what it got.</summary>
    public Func<InboundRequest, ValueTask> Handler { get; set; } = static request => request.RespondAsync(request.Payload);

    /// <summary>The requests that handlers began with, by their first byte, since the last start of the server.</summary>
    public List<int> Ran { get; } = [];

    /// <summary>One-way messages in the order of arrival, by their first byte.</summary>
    public List<int> Arrived { get; } = [];

    /// <summary>The server's sessions.</summary>
    public List<AccelioSession> Sessions { get; } = [];

    public AccelioServer Server { get; private set; } = null!;

    public SimulatedFaults Faults => Network.Faults;

    public AccelioSession Connect(Action<AccelioSessionOptions>? configure = null)
    {
        var options = new AccelioSessionOptions { Context = Client, Resume = true };
        ConfigureClient?.Invoke(options);
        configure?.Invoke(options);
        return Network.Run(() => AccelioSession.ConnectAsync(new Uri("sim://server:1"), options).AsTask());
    }

    /// <summary>Writes down what happens to a session from now on.</summary>
    public static List<Type> EventsOf(AccelioSession session)
    {
        List<Type> events = [];
        session.Events.Where(static what => what is not (SessionEstablished or SessionRedirected)).Subscribe(what => events.Add(what.GetType()));
        return events;
    }

    /// <summary>What <see cref="AskAsync"/> ends with.</summary>
    public static int Answer(byte first, int length = 1) => first + (length << 8);

    /// <summary>Answers with what it got, after some time.</summary>
    public async ValueTask AnswerLater(InboundRequest request)
    {
        await Task.Delay(Latency, Network.TimeProvider);
        await request.RespondAsync(request.Payload);
    }

    /// <summary>Holds requests for as long as the server lives.</summary>
    public async ValueTask NeverAnswer(InboundRequest request) => await Task.Delay(Timeout.InfiniteTimeSpan, Network.TimeProvider, request.Canceled);

    public static Task<int> AskAsync(AccelioSession session, byte first, int length = 1)
    {
        var body = new byte[length];
        body[0] = first;
        return session.RequestAsync(body, static answer => answer.Payload.FirstSpan[0] + (answer.PayloadLength << 8)).AsTask();
    }

    /// <summary>From now on nobody listens at a port of the server.</summary>
    public void StopListeningAt(int port) => _hub.Find(new SimulatedEndPoint("server", port))!.Stop();

    /// <summary>Code that is not ours keeps a context busy for so long, as of now or of the end of what it does at present.</summary>
    public static void KeepBusy(AccelioContext context, TimeSpan time)
    {
        var poller = (SchedulerPoller)((PollerContext)context).Poller;
        poller.HoldUntil(poller.ReadTime() + time.Ticks);
    }

    public void Advance(TimeSpan time) => Network.AdvanceBy(time);

    public void Dispose() => Network.Dispose();

    private async Task ServeAsync(SimulatedHost me)
    {
        var options = new AccelioServerOptions { Contexts = [.. Enumerable.Range(0, _contexts).Select(_ => me.CreateContext())], Resume = true };
        ConfigureServer?.Invoke(options);
        Server = await AccelioServer.BindAsync(new Uri("sim://server:1"), options);
        Ran.Clear();
        Sessions.Clear();
        Server.Sessions.Subscribe(Sessions.Add);
        Server.Messages.Read(static message => (int)message.Payload.FirstSpan[0]).Subscribe(Arrived.Add, static _ => { });
        Server.Handle(request =>
        {
            Ran.Add(request.Payload.FirstSpan[0]);
            return Handler(request);
        });
    }
}
