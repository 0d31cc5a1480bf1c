using System.Buffers;
using Accelio.Reactive.Tests.Tcp;
using Accelio.Transports.Memory;
using Xunit;

namespace Accelio.Reactive.Tests.BadInput;

/// <summary>
/// A real server and a client of it, over TCP, with a good session that must go on whatever others do. The test turns both contexts and
/// moves their clock; it is about one of them.
/// </summary>
internal abstract class BadWorld : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Step = TimeSpan.FromSeconds(0.5);
    private readonly SteppedTime _time = new();
    private readonly PollerContext _tested;
    private readonly PollerContext _other;
    private readonly TaskCompletionSource _release = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly AccelioSession _good;
    private readonly HeldResources _idle;

    protected BadWorld(bool testsServer, Action<AccelioServerOptions>? configure = null, bool poisons = true)
    {
        _tested = (PollerContext)AccelioContext.Manual(
            new AccelioContextOptions { Name = "tested", TimeProvider = _time, LoggerFactory = Log, PoisonReleasedMemory = poisons });
        _other = (PollerContext)AccelioContext.Manual(new AccelioContextOptions { Name = "other", TimeProvider = _time });
        var options = new AccelioServerOptions { Context = testsServer ? _tested : _other };
        configure?.Invoke(options);
        Server = Await(AccelioServer.BindAsync(new Uri("tcp://127.0.0.1:0"), options).AsTask());
        Server.Sessions.Subscribe(Sessions.Add);
        Server.Messages.Subscribe(_ => { });
        Server.Handle(ServeAsync);
        var client = new AccelioSessionOptions { Context = testsServer ? _other : _tested };
        _good = Await(AccelioSession.ConnectAsync(Server.EndPoint, client).AsTask());
        ServeTheGood();
        _idle = Held;
    }

    /// <summary>A body that makes the server hold the request.</summary>
    public static byte[] HoldMe { get; } = "hold me"u8.ToArray();

    public AccelioServer Server { get; }

    /// <summary>The context that the test is about.</summary>
    public AccelioContext Context => _tested;

    /// <summary>The log of that context.</summary>
    public LogRecorder Log { get; } = new();

    /// <summary>The server's ends of all sessions; the first is the good one.</summary>
    public List<AccelioSession> Sessions { get; } = [];

    public SlabPoolStatistics Memory => _tested.Poller.Memory.Statistics;

    /// <summary>For all raw ends to receive into.</summary>
    public byte[] Buffer { get; } = new byte[64 * 1024];

    private HeldResources Held => new(Memory.RentedBlocks, _tested.Budget.Taken, _tested.Poller.Sockets!.Count);

    /// <summary>Turns both contexts once; waits a moment for work when there is none.</summary>
    public void Turn()
    {
        _other.Poll(TimeSpan.Zero);
        _tested.Poll(TimeSpan.FromMilliseconds(1));
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

    /// <summary>Moves the clock, in steps in which the good session is served and alive.</summary>
    public void Pass(TimeSpan span, Action? beforeStep = null)
    {
        for (var left = span; left > TimeSpan.Zero; left -= Step)
        {
            beforeStep?.Invoke();
            ServeTheGood();
            _time.Advance(left < Step ? left : Step);
            ServeTheGood();
        }
    }

    /// <summary>The good session gets its answers.</summary>
    public void ServeTheGood()
    {
        var body = "served"u8.ToArray();
        Assert.True(Await(_good.RequestAsync(body, answer => answer.Detach().Payload.Span.SequenceEqual(body)).AsTask()));
    }

    /// <summary>The good session goes on, and nothing is left of anybody else.</summary>
    public void AssertUnharmed()
    {
        _release.TrySetResult();
        ServeTheGood();
        Until(() => Held == _idle, () => $"held now: {Held}, before: {_idle}");
        Assert.Equal(SessionState.Established, _good.State);
    }

    /// <summary>The event with which a session ended.</summary>
    public SessionClosed ClosedEventOf(AccelioSession session)
    {
        SessionClosed? closed = null;
        session.Events.Subscribe(happened => closed = happened as SessionClosed);
        Until(() => closed is not null);
        return closed!;
    }

    public virtual void Dispose()
    {
        _other.Dispose();
        _tested.Dispose();
    }

    private async ValueTask ServeAsync(InboundRequest request)
    {
        if (request.Payload.ToArray().AsSpan().SequenceEqual(HoldMe))
        {
            await _release.Task;
        }

        await request.RespondAsync(new OutboundMessage(request.Payload));
    }
}
