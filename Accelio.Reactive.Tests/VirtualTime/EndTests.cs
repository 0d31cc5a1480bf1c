using Xunit;

namespace Accelio.Reactive.Tests.VirtualTime;

/// <summary>The end of contexts, servers and sessions in virtual time: from outside it takes effect at once, since time may not pass any more.</summary>
public class EndTests
{
    [Fact]
    public void A_context_that_is_cut_off_takes_the_link_with_it_that_its_sessions_shared()
    {
        using var world = new World();
        AccelioSession[] sessions = [world.Connect(), world.Connect()];
        world.Silence();
        var connecting = world.BeginConnect();
        world.Tick();
        Assert.Single(sessions.Select(session => session.LocalEndPoint).Distinct());

        world.ClientContext.Dispose();
        world.Tick();

        var held = world.ClientContext.GetSnapshot();
        Assert.True(connecting.IsFaulted);
        Assert.Equal((0L, 0L), (held.BudgetTaken, held.MemoryInUse));
    }

    [Fact]
    public async Task What_is_disposed_outside_is_closed_without_a_tick()
    {
        var world = new World();
        var session = world.Connect();
        var accepted = world.Accepted;
        var at = world.Scheduler.Clock;

        await session.DisposeAsync();
        Assert.Equal((SessionState.Closed, SessionState.Closed), (session.State, accepted.State));
        await world.Server.DisposeAsync();
        await world.ClientContext.DisposeAsync();
        await world.ServerContext.DisposeAsync();

        Assert.Equal(at, world.Scheduler.Clock);
        Assert.True(accepted.Closed.IsCompletedSuccessfully);
        world.Dispose();
    }

    [Fact]
    public void What_is_cut_off_outside_is_cut_off_without_a_tick()
    {
        using var world = new World();
        var session = world.Connect();

        session.Dispose();
        Assert.Equal((SessionState.Closed, SessionState.Closed), (session.State, world.Accepted.State));
        world.Server.Dispose();
        var connecting = world.BeginConnect();
        world.Tick();

        Assert.Equal(AccelioStatus.ConnectError, Assert.IsType<AccelioException>(connecting.Exception?.InnerException).Status);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_context_may_be_disposed_inside_its_own_callback(bool gracefully)
    {
        using var world = new World();
        Task? disposal = null;
        var session = world.Connect();
        session.Messages.Subscribe(_ =>
        {
            if (gracefully)
            {
                disposal = world.ClientContext.DisposeAsync().AsTask();
            }
            else
            {
                world.ClientContext.Dispose();
            }
        });

        Assert.True(world.Accepted.TrySend(new byte[1], out _));
        world.Pass(TimeSpan.FromSeconds(10));

        Assert.True(session.Closed.IsCompletedSuccessfully);
        Assert.True(world.Accepted.Closed.IsCompletedSuccessfully);
        Assert.Equal(gracefully, disposal is { IsCompletedSuccessfully: true });
        var late = world.BeginConnect();
        Assert.IsType<ObjectDisposedException>(late.Exception?.InnerException);
    }

    [Fact]
    public void The_token_of_a_body_fires_when_its_context_is_disposed()
    {
        var thread = Environment.CurrentManagedThreadId;
        var firedOn = 0;
        using var world = new World();
        var body = world.ClientContext.RunAsync(async stopping =>
        {
            stopping.Register(() => firedOn = Environment.CurrentManagedThreadId);
            await Task.Delay(Timeout.InfiniteTimeSpan, world.ClientContext.TimeProvider, stopping);
        }).AsTask();
        world.Tick();

        world.ClientContext.Dispose();

        Assert.Equal(thread, firedOn);
        Assert.True(body.IsCanceled);
    }

    [Theory]
    [InlineData(SimulatedLinkKind.Stream)]
    [InlineData(SimulatedLinkKind.Slots)]
    public void Nothing_is_left_when_everything_has_ended(SimulatedLinkKind kind)
    {
        using var world = new World(kind);
        world.Server.Messages.Subscribe(_ => { });
        world.Server.Handle(request => request.RespondAsync(request.Payload));
        var session = world.Connect();
        for (var i = 0; i < 100; i++)
        {
            Assert.True(session.TrySend(new byte[i * 100], out _));
            session.Request(new byte[i * 100], answer => answer.PayloadLength).Subscribe(_ => { });
        }

        world.Tick();
        session.Dispose();
        world.Server.Dispose();
        world.Pass(TimeSpan.FromMinutes(10));

        foreach (var context in (AccelioContext[])[world.ClientContext, world.ServerContext])
        {
            var poller = ((PollerContext)context).Poller;
            Assert.Equal((0, 0), (((PollerContext)context).Messages.Outstanding, poller.Timers.Count));
        }
    }

    [Fact]
    public void A_call_from_another_thread_is_refused_while_time_advances()
    {
        using var world = new World();
        world.Server.Handle(request => request.RespondAsync(request.Payload));
        var session = world.Connect();
        InboundRequest open = default;
        session.Handle(request =>
        {
            open = request;
            return new ValueTask(new TaskCompletionSource().Task);
        });
        var asked = world.Accepted.RequestAsync(new byte[1], answer => answer.PayloadLength).AsTask();
        world.Tick();

        var refused = world.ClientContext.RunAsync(_ =>
        {
            var calls = new List<Func<object?>>
            {
                () => world.BeginConnect(),
                () => AccelioServer.BindAsync(new Uri("sim://other:1"), new AccelioServerOptions { Context = world.ServerContext }).AsTask(),
                () => world.Server.StopListeningAsync().AsTask(),
                () => world.Server.Handle("/late", request => default),
                () => session.DeliverAsync(new byte[1]).AsTask(),
                () => session.AbortAsync(new MessageId(1)).AsTask(),
                () => session.AbortTagAsync(1).AsTask(),
                () => session.DrainAsync().AsTask(),
                () => session.Connections[0].DrainAsync().AsTask(),
                () => world.Server.DrainAsync().AsTask(),
                () => session.BeginBatch().RequestAsync(new byte[1], answer => 0).AsTask(),
                () => session.Messages.Subscribe(message => { }),
                () => session.Events.Subscribe(happened => { }),
                () => world.Accepted.Requests.Subscribe(request => { }),
                () => open.RespondAsync(new byte[2]).AsTask(),
                () => open.FailAsync(AccelioStatus.MessageInvalid).AsTask(),
                () => SwitchToAsync(world.ClientContext),
                () => session.RequestAsync(new byte[1], answer => 0).AsTask(),
                () => session.SendAsync(new byte[1]).AsTask(),
                () => session.TrySend(new byte[1], out var _),
                () => session.Request(new byte[1], answer => 0).Subscribe(answer => { }),
                () => world.ClientContext.RunAsync(stopping => default).AsTask(),
                () => System.Reactive.Concurrency.Scheduler.Schedule(world.ClientContext.Scheduler, () => { }),
            };
            return new ValueTask<Exception?[]>(calls.ConvertAll(call => OnAnotherThread(call)).ToArray());
        });

        Assert.All(world.Result(refused), exception => Assert.IsType<NonDeterministicCallException>(exception));
        Assert.Equal(1, world.Result(session.RequestAsync(new byte[1], answer => answer.PayloadLength)));

        // Nothing was claimed, and nothing is kept, by a refused call.
        Assert.Equal(0, ((SessionCore)session).Copies.Taken);
        _ = open.RespondAsync(new byte[3]).AsTask();
        world.Tick();
        Assert.True(asked is { IsCompletedSuccessfully: true, Result: 3 });
    }

    private static async Task SwitchToAsync(AccelioContext context) => await context.SwitchTo();

    private static Exception? OnAnotherThread(Func<object?> call)
    {
        Exception? exception = null;
        var thread = new Thread(() => exception = Record.Exception(() => (call() as Task)?.GetAwaiter().GetResult()));
        thread.Start();
        thread.Join();
        return exception;
    }
}
