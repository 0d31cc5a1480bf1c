using Accelio.Reactive.Tests.Tcp;
using Accelio.Transports.Memory;
using Xunit;

namespace Accelio.Reactive.Tests.BadInput;

/// <summary>
/// A real server over TCP, whose context the test turns and whose clock it moves; a client that behaves, with a session that must go on
/// whatever others do; and peers that speak bytes.
/// </summary>
internal sealed class ServerWorld : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Step = TimeSpan.FromSeconds(0.5);
    private readonly SteppedTime _time = new();
    private readonly PollerContext _context;
    private readonly PollerContext _clientContext;
    private readonly AccelioSession _good;
    private readonly List<RawPeer> _peers = [];

    public ServerWorld(Action<AccelioServerOptions>? configure = null, bool poisons = true)
    {
        _context = (PollerContext)AccelioContext.Manual(
            new AccelioContextOptions { Name = "server", TimeProvider = _time, LoggerFactory = Log, PoisonReleasedMemory = poisons });
        _clientContext = (PollerContext)AccelioContext.Manual(new AccelioContextOptions { Name = "client" });
        var options = new AccelioServerOptions { Context = _context };
        configure?.Invoke(options);
        Server = Await(AccelioServer.BindAsync(new Uri("tcp://127.0.0.1:0"), options).AsTask());
        Server.Sessions.Subscribe(Sessions.Add);
        Server.Messages.Subscribe(_ => Messages++);
        Server.Handle(request => request.RespondAsync(new OutboundMessage(request.Payload)));
        _good = Await(AccelioSession.ConnectAsync(Server.EndPoint, new AccelioSessionOptions { Context = _clientContext }).AsTask());
        ServeTheGood();
        Idle = Held;
    }

    public AccelioServer Server { get; }

    public LogRecorder Log { get; } = new();

    /// <summary>The server's ends of all sessions; the first is that of the client that behaves.</summary>
    public List<AccelioSession> Sessions { get; } = [];

    /// <summary>One-way messages that arrived.</summary>
    public int Messages { get; private set; }

    /// <summary>What the server holds while only the good session is there.</summary>
    public HeldResources Idle { get; }

    /// <summary>What the server holds now.</summary>
    public HeldResources Held => new(
        _context.Poller.Memory.Statistics.RentedBlocks, _context.Budget.Taken, _context.Poller.Sockets!.Count);

    /// <summary>For all peers to receive into.</summary>
    public byte[] Buffer { get; } = new byte[64 * 1024];

    public SlabPoolStatistics Memory => _context.Poller.Memory.Statistics;

    public RawPeer Peer(bool isDual = false, bool isOurs = false)
    {
        var peer = new RawPeer(this, isDual, isOurs);
        _peers.Add(peer);
        return peer;
    }

    /// <summary>Turns both contexts once; waits a moment for work when there is none.</summary>
    public void Turn()
    {
        _clientContext.Poll(TimeSpan.Zero);
        _context.Poll(TimeSpan.FromMilliseconds(1));
    }

    /// <summary>Turns until the condition holds.</summary>
    public void Until(Func<bool> condition, Func<string>? otherwise = null)
    {
        var end = Environment.TickCount64 + (long)Patience.TotalMilliseconds;
        while (!condition())
        {
            Turn();
            Assert.True(Environment.TickCount64 < end, otherwise?.Invoke() ?? "it did not happen");
        }
    }

    public T Await<T>(Task<T> task)
    {
        Until(() => task.IsCompleted);
        return task.GetAwaiter().GetResult();
    }

    /// <summary>Moves the server's clock, in steps in which the good session is served and alive.</summary>
    public void Pass(TimeSpan span)
    {
        for (var left = span; left > TimeSpan.Zero; left -= Step)
        {
            _time.Advance(left < Step ? left : Step);
            ServeTheGood();
        }
    }

    /// <summary>The session of the client that behaves gets its answers.</summary>
    public void ServeTheGood()
    {
        var body = "served"u8.ToArray();
        Assert.True(Await(_good.RequestAsync(body, answer => answer.Detach().Payload.Span.SequenceEqual(body)).AsTask()));
    }

    /// <summary>The good session goes on, and nothing is left of any other peer.</summary>
    public void AssertUnharmed()
    {
        ServeTheGood();
        Until(() => Held == Idle, () => $"held now: {Held}, before: {Idle}");
        Assert.Equal(SessionState.Established, _good.State);
    }

    public void Dispose()
    {
        _clientContext.Dispose();
        _context.Dispose();
        _peers.ForEach(peer => peer.Dispose());
    }
}
