using System.Collections.Concurrent;
using System.Reactive.Concurrency;
using System.Reactive.Linq;
using Accelio.Reactive.Tests.Sessions;
using Accelio.Reactive.Tests.Support;
using Xunit;

namespace Accelio.Reactive.Tests.Streams;

/// <summary>Dispose in any order, from any callback, under load.</summary>
public class DisposeTests
{
    private static readonly string[] Things = ["session", "accepted", "server", "client context", "server context"];

    public static TheoryData<string, bool> Orders
    {
        get
        {
            // Every one of the five first, the rest in both directions.
            var orders = new TheoryData<string, bool>();
            for (var first = 0; first < Things.Length; first++)
            {
                var rest = Things.Where((_, index) => index != first).ToArray();
                foreach (var graceful in (bool[])[true, false])
                {
                    orders.Add(string.Join(", ", rest.Prepend(Things[first])), graceful);
                    orders.Add(string.Join(", ", rest.Reverse().Prepend(Things[first])), graceful);
                }
            }

            return orders;
        }
    }

    public static TheoryData<string, string, bool> Callbacks
    {
        get
        {
            var callbacks = new TheoryData<string, string, bool>();
            foreach (var callback in (string[])["Messages", "Connection.Messages", "Events", "Receipts", "Request", "read", "scheduled", "RunAsync", "UnhandledExceptions", "handler", "Requests", "Sessions"])
            {
                foreach (var target in (string[])["session", "server", "context"])
                {
                    callbacks.Add(callback, target, true);
                    callbacks.Add(callback, target, false);
                }
            }

            return callbacks;
        }
    }

    [Theory]
    [MemberData(nameof(Orders))]
    public async Task Everything_may_be_disposed_in_any_order_under_load(string order, bool graceful)
    {
        using var checks = new StreamChecks();
        await using var pair = await Pair.OpenAsync(server =>
        {
            Pair.Echo(server);
            server.Messages.CheckedOn(server.HomeContext, checks).Subscribe(_ => { }, _ => { });
        });
        pair.Session.Messages.CheckedOn(pair.ClientContext, checks).Subscribe(_ => { }, _ => { });
        pair.Session.Handle(request => request.RespondAsync(new byte[10]));
        var load = new Load(pair);
        await load.RunsAsync();

        foreach (var thing in order.Split(", "))
        {
            await DisposeAsync(pair, thing, graceful).WaitAsync(Pair.Limit);
        }

        await load.EndsAsync();
        await pair.Session.Closed.WaitAsync(Pair.Limit);
        await pair.Accepted.Closed.WaitAsync(Pair.Limit);
    }

    [Theory]
    [MemberData(nameof(Callbacks))]
    public async Task Everything_may_be_disposed_inside_any_callback(string callback, string target, bool graceful)
    {
        using var checks = new StreamChecks();
        var disposed = new TaskCompletionSource<Task>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var pair = await Pair.OpenAsync();
        var context = pair.ServerContext;
        var session = pair.Accepted;
        void Act() => disposed.TrySetResult(target switch
        {
            "session" => End(session, graceful),
            "server" => End(pair.Server, graceful),
            _ => End(context, graceful),
        });
        switch (callback)
        {
            case "Messages":
                session.Messages.CheckedOn(context, checks).Subscribe(_ => Act());
                break;
            case "Connection.Messages":
                session.Connections[0].Messages.CheckedOn(context, checks).Subscribe(_ => Act());
                break;
            case "Events":
                session.Events.CheckedOn(context, checks).Subscribe(_ => Act());
                break;
            case "Receipts":
                session.Receipts.CheckedOn(context, checks).Subscribe(_ => Act());
                pair.Session.Messages.Subscribe(_ => { });
                await session.SendAsync(new OutboundMessage(new byte[1]) { Options = MessageOptions.RequestReceipt });
                break;
            case "Request":
                pair.Session.Handle(request => request.RespondAsync(new byte[1]));
                session.Request(new byte[1], answer => 0).CheckedOn(context, checks).Subscribe(_ => Act());
                break;
            case "read":
                pair.Session.Handle(request => request.RespondAsync(new byte[1]));
                _ = session.RequestAsync(new byte[1], answer =>
                {
                    Act();
                    return 0;
                }).AsTask();
                break;
            case "scheduled":
                context.Scheduler.Schedule(Act);
                break;
            case "RunAsync":
                _ = context.RunAsync(_ =>
                {
                    Act();
                    return default;
                }).AsTask();
                break;
            case "UnhandledExceptions":
                context.UnhandledExceptions.CheckedOn(context, checks).Subscribe(_ => Act());
                session.Messages.Subscribe(_ => throw new FormatException());
                break;
            case "handler":
                session.Handle(request =>
                {
                    Act();
                    return request.RespondAsync(new byte[1]);
                });
                _ = pair.Session.RequestAsync(new byte[1], _ => 0).AsTask();
                break;
            case "Requests":
                session.Requests.CheckedOn(context, checks).Subscribe(_ => Act());
                _ = pair.Session.RequestAsync(new byte[1], _ => 0).AsTask();
                break;
            default:
                pair.Server.Sessions.CheckedOn(context, checks).Subscribe(_ => Act());
                _ = pair.ConnectAsync();
                break;
        }

        pair.Session.TrySend(new byte[1], out _);
        var ending = await disposed.Task.WaitAsync(Pair.Limit);

        await ending.WaitAsync(Pair.Limit);
        await session.Closed.WaitAsync(Pair.Limit);
    }

    [Fact]
    public async Task After_DisposeAsync_of_a_session_no_callback_of_it_runs_while_others_on_its_link_go_on()
    {
        using var checks = new StreamChecks();
        await using var pair = await Pair.OpenAsync(Pair.Echo, client: options => options.LinkGroup = "one");
        using var done = new CancellationTokenSource();
        var others = Task.Run(async () =>
        {
            var count = 0;
            while (!done.IsCancellationRequested)
            {
                await pair.Session.RequestAsync(new byte[100], _ => 0);
                count++;
            }

            return count;
        });
        pair.Server.Sessions.Subscribe(session => _ = FloodAsync(session, done.Token));

        for (var round = 0; round < 20; round++)
        {
            var isOver = 0;
            var session = await pair.ConnectAsync(options => options.LinkGroup = "one");
            void Seen(string what)
            {
                if (Volatile.Read(ref isOver) != 0)
                {
                    checks.Report($"{what} after DisposeAsync");
                }
            }

            session.Messages.CheckedOn(pair.ClientContext, checks).Subscribe(_ => Seen("Messages"), _ => Seen("the failure of Messages"), () => Seen("the end of Messages"));
            session.Events.CheckedOn(pair.ClientContext, checks).Subscribe(_ => Seen("Events"), () => Seen("the end of Events"));
            session.Receipts.CheckedOn(pair.ClientContext, checks).Subscribe(_ => Seen("Receipts"), _ => Seen("the failure of Receipts"), () => Seen("the end of Receipts"));
            session.Handle(request =>
            {
                Seen("the handler");
                return request.RespondAsync(new byte[1]);
            });
            for (var i = 0; i < 20; i++)
            {
                session.Request(new byte[10], answer => answer.PayloadLength).CheckedOn(pair.ClientContext, checks)
                    .Subscribe(_ => Seen("a request"), _ => Seen("the failure of a request"), () => Seen("the end of a request"));
            }

            await session.DisposeAsync().AsTask().WaitAsync(Pair.Limit);
            Volatile.Write(ref isOver, 1);
            await pair.Session.RequestAsync(new byte[1], _ => 0);
        }

        await done.CancelAsync();
        Assert.NotEqual(0, await others.WaitAsync(Pair.Limit));
    }

    [Fact]
    public async Task Dispose_ends_calls_at_once_though_others_share_the_link_and_the_peer_does_not_answer()
    {
        static void Share(AccelioSessionOptions options)
        {
            options.LinkGroup = "one";
            options.CloseTimeout = TimeSpan.FromMinutes(10);
        }

        await using var pair = await Pair.OpenAsync(server => server.Handle(_ => new ValueTask(Task.Delay(Timeout.Infinite))), client: Share);
        var session = await pair.ConnectAsync(Share);
        using var busy = await Busy.MakeAsync(pair.ServerContext);
        var calls = await pair.ClientContext.RunAsync(_ =>
        {
            var requests = Enumerable.Range(0, 10).Select(_ => session.RequestAsync(new byte[1], _ => 0).AsTask()).ToArray();
            session.Dispose();
            return new ValueTask<Task<int>[]>(requests);
        });

        foreach (var call in calls)
        {
            Assert.True((await Assert.ThrowsAsync<ConnectionLostException>(() => call.WaitAsync(Pair.Limit))).MayHaveExecuted);
        }
    }

    [Fact]
    public async Task DisposeAsync_is_bounded_by_CloseTimeout_when_the_peer_does_not_answer()
    {
        await using var pair = await Pair.OpenAsync(client: options => options.CloseTimeout = TimeSpan.FromMilliseconds(100));
        using var busy = await Busy.MakeAsync(pair.ServerContext);

        await pair.Session.DisposeAsync().AsTask().WaitAsync(Pair.Limit);
    }

    [Fact]
    public async Task DisposeAsync_does_not_wait_for_what_is_under_way_and_never_throws()
    {
        var arrived = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var pair = await Pair.OpenAsync(server => server.Handle(_ =>
        {
            arrived.TrySetResult();
            return new ValueTask(Task.Delay(Timeout.Infinite));
        }));
        var request = pair.Session.RequestAsync(new byte[1], _ => 0).AsTask();
        await arrived.Task.WaitAsync(Pair.Limit);

        await pair.Session.DisposeAsync().AsTask().WaitAsync(Pair.Limit);
        await pair.Session.DisposeAsync().AsTask().WaitAsync(Pair.Limit);

        var failure = await Assert.ThrowsAsync<ConnectionLostException>(() => request.WaitAsync(Pair.Limit));
        Assert.True(failure.MayHaveExecuted);
        Assert.Equal(CloseReason.ClosedLocally, Assert.IsType<SessionClosed>(await pair.Session.Events.LastAsync()).Reason);
    }

    [Fact]
    public async Task Dispose_cuts_short_what_DisposeAsync_has_begun()
    {
        await using var pair = await Pair.OpenAsync(client: options => options.CloseTimeout = TimeSpan.FromMinutes(10));
        var second = await pair.ConnectAsync(options => options.CloseTimeout = TimeSpan.FromMinutes(10));
        using var busy = await Busy.MakeAsync(pair.ServerContext);
        var session = pair.Session.DisposeAsync().AsTask();
        var context = pair.ClientContext.DisposeAsync().AsTask();

        pair.Session.Dispose();
        await session.WaitAsync(Pair.Limit);
        Assert.False(second.Closed.IsCompleted);
        pair.ClientContext.Dispose();
        await context.WaitAsync(Pair.Limit);

        Assert.True(second.Closed.IsCompleted);
    }

    [Fact]
    public async Task Dispose_and_DisposeAsync_may_be_called_again_and_from_everywhere_at_once()
    {
        await using var pair = await Pair.OpenAsync();

        await Task.WhenAll(Enumerable.Range(0, 8).Select(i => Task.Run(async () =>
        {
            foreach (var thing in Things.Skip(i % Things.Length).Concat(Things))
            {
                await DisposeAsync(pair, thing, graceful: i % 2 == 0);
            }
        }))).WaitAsync(Pair.Limit);

        Assert.Equal(SessionState.Closed, pair.Session.State);
        Assert.Equal(SessionState.Closed, pair.Accepted.State);
    }

    [Fact]
    public async Task A_server_that_is_disposed_rejects_who_waits_to_be_accepted_and_accepts_nobody_later()
    {
        await using var context = Pair.StartContext("server");
        var server = await AccelioServer.BindAsync(new Uri("tcp://127.0.0.1:0"), new AccelioServerOptions { Context = context, AcceptTimeout = TimeSpan.FromMinutes(10) });
        var asked = new TaskCompletionSource<SessionRequest>(TaskCreationOptions.RunContinuationsAsynchronously);
        server.SessionRequests.Subscribe(asked.SetResult);
        var connecting = AccelioSession.ConnectAsync(server.EndPoint).AsTask();
        var request = await asked.Task.WaitAsync(Pair.Limit);

        await server.DisposeAsync().AsTask().WaitAsync(Pair.Limit);

        await Assert.ThrowsAnyAsync<AccelioException>(() => connecting.WaitAsync(Pair.Limit));
        Assert.Throws<InvalidOperationException>(() => request.Accept());
    }

    [Fact]
    public async Task A_session_accepted_on_another_thread_while_its_server_ends_is_closed_or_never_was()
    {
        for (var round = 0; round < 20; round++)
        {
            await using var context = Pair.StartContext("server");
            var server = await AccelioServer.BindAsync(new Uri("tcp://127.0.0.1:0"), new AccelioServerOptions { Context = context });
            var asked = new TaskCompletionSource<SessionRequest>(TaskCreationOptions.RunContinuationsAsynchronously);
            server.SessionRequests.Subscribe(request => asked.TrySetResult(request));
            var connecting = AccelioSession.ConnectAsync(server.EndPoint).AsTask();
            var waiting = await asked.Task.WaitAsync(Pair.Limit);

            var closing = Task.Run(async () => await server.DisposeAsync());
            AccelioSession? accepted = null;
            try
            {
                accepted = waiting.Accept();
            }
            catch (InvalidOperationException)
            {
                // The server was faster and rejected it.
            }

            await closing.WaitAsync(Pair.Limit);
            if (accepted is not null)
            {
                await accepted.Closed.WaitAsync(Pair.Limit);
            }

            if (await Record.ExceptionAsync(() => connecting.WaitAsync(Pair.Limit)) is { } failure)
            {
                Assert.IsAssignableFrom<AccelioException>(failure);
            }
            else
            {
                await (await connecting).Closed.WaitAsync(Pair.Limit);
            }
        }
    }

    private static Task DisposeAsync(Pair pair, string thing, bool graceful) => thing switch
    {
        "session" => End(pair.Session, graceful),
        "accepted" => End(pair.Accepted, graceful),
        "server" => End(pair.Server, graceful),
        "client context" => End(pair.ClientContext, graceful),
        _ => End(pair.ServerContext, graceful),
    };

    private static Task End<T>(T thing, bool graceful)
        where T : IDisposable, IAsyncDisposable
    {
        if (graceful)
        {
            return thing.DisposeAsync().AsTask();
        }

        thing.Dispose();
        return Task.CompletedTask;
    }

    private static async Task FloodAsync(AccelioSession session, CancellationToken token)
    {
        try
        {
            while (!token.IsCancellationRequested)
            {
                await session.SendAsync(new byte[50], token);
                await session.RequestAsync(new byte[10], _ => 0, token);
            }
        }
        catch (Exception exception) when (exception is AccelioException or OperationCanceledException)
        {
        }
    }

    /// <summary>Requests and messages both ways, until the session is gone; nothing but its failures is allowed to come out.</summary>
    private sealed class Load
    {
        private readonly ConcurrentBag<Exception> _strange = [];
        private readonly Task[] _loops;
        private long _count;

        public Load(Pair pair)
        {
            _loops =
            [
                .. new[] { pair.Session, pair.Accepted }.SelectMany(session => new Func<Task>[]
                {
                    async () => await session.RequestAsync(new byte[100], answer => answer.PayloadLength),
                    async () => (await session.RequestAsync(new byte[20_000])).Dispose(),
                    async () => await session.SendAsync(new byte[100]),
                    async () => await session.SendAsync(new byte[100_000]),
                    async () => await session.DeliverAsync(new byte[10]),
                    async () => await session.Request(new byte[10], answer => answer.PayloadLength),
                }).Select(call => Task.Run(() => LoopAsync(call))),
            ];
        }

        /// <summary>Waits until it has got going.</summary>
        public async Task RunsAsync()
        {
            using var limit = new CancellationTokenSource(Pair.Limit);
            while (Interlocked.Read(ref _count) < 200 && _strange.IsEmpty)
            {
                limit.Token.ThrowIfCancellationRequested();
                await Task.Yield();
            }
        }

        public async Task EndsAsync()
        {
            await Task.WhenAll(_loops).WaitAsync(Pair.Limit);
            Assert.Empty(_strange);
        }

        private async Task LoopAsync(Func<Task> call)
        {
            try
            {
                while (true)
                {
                    await call();
                    Interlocked.Increment(ref _count);
                }
            }
            catch (AccelioException)
            {
                // The session is gone.
            }
            catch (Exception exception)
            {
                _strange.Add(exception);
            }
        }
    }
}
