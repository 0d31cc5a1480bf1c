using Accelio.Reactive.Tests.Sessions;
using Accelio.Reactive.Tests.Support;
using Xunit;

namespace Accelio.Reactive.Tests.Streams;

/// <summary>The completion table: how each stream ends, by how its session does.</summary>
public class CompletionTests
{
    private const string Completed = "completed";
    private const string Failed = nameof(ConnectionLostException);

    [Theory]
    [InlineData("DisposeAsync here")]
    [InlineData("DisposeAsync there")]
    [InlineData("Dispose here")]
    [InlineData("server closes")]
    public async Task An_orderly_close_completes_every_stream(string how)
    {
        await using var world = await World.OpenAsync();

        await world.CloseAsync(how);

        Assert.Equal(Completed, await world.EndOf("Messages"));
        Assert.Equal(Completed, await world.EndOf("Requests"));
        Assert.Equal(Completed, await world.EndOf("Receipts"));
        Assert.Equal(Completed, await world.EndOf("Errors"));
        Assert.Equal(Completed, await world.EndOf("Connection.Messages"));
        Assert.Equal(Completed, await world.EndOf("Connection.Requests"));
        Assert.Equal(Completed, await world.EndOf("Events"));
        var closed = Assert.IsType<SessionClosed>(world.Events[^1]);
        Assert.True(closed.Reason is CloseReason.ClosedLocally or CloseReason.ClosedByPeer, closed.ToString());
    }

    [Theory]
    [InlineData("Dispose there")]
    [InlineData("context there ends")]
    public async Task A_failed_session_fails_what_arrives_and_completes_what_tells(string how)
    {
        await using var world = await World.OpenAsync();

        await world.CloseAsync(how);

        Assert.Equal(Failed, await world.EndOf("Messages"));
        Assert.Equal(Failed, await world.EndOf("Requests"));
        Assert.Equal(Failed, await world.EndOf("Receipts"));
        Assert.Equal(Failed, await world.EndOf("Connection.Messages"));
        Assert.Equal(Failed, await world.EndOf("Connection.Requests"));
        Assert.Equal(Completed, await world.EndOf("Errors"));
        Assert.Equal(Completed, await world.EndOf("Events"));
        Assert.Equal(CloseReason.ConnectionLost, Assert.IsType<SessionClosed>(world.Events[^1]).Reason);
    }

    [Fact]
    public async Task A_cold_request_gives_its_answer_and_completes_or_fails()
    {
        using var checks = new StreamChecks();
        await using var pair = await Pair.OpenAsync(server => server.Handle(request =>
            request.PayloadLength == 1 ? request.RespondAsync(new byte[7]) : new ValueTask(Task.Delay(Timeout.Infinite))));
        var log = new List<string>();
        var first = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var second = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

        pair.Session.Request(new byte[1], answer => answer.PayloadLength).CheckedOn(pair.ClientContext, checks)
            .Subscribe(length => log.Add($"{length}"), error => log.Add(error.GetType().Name), first.SetResult);
        await first.Task.WaitAsync(Pair.Limit);
        pair.Session.Request(new byte[2], answer => answer.PayloadLength).CheckedOn(pair.ClientContext, checks)
            .Subscribe(
                length => log.Add($"{length}"),
                error =>
                {
                    log.Add(error.GetType().Name);
                    second.SetResult();
                },
                () => log.Add(Completed));
        pair.Accepted.Dispose();
        await second.Task.WaitAsync(Pair.Limit);

        Assert.Equal(["7", Failed], log);
    }

    [Fact]
    public async Task The_streams_of_a_server_complete_with_it_and_outlive_its_sessions()
    {
        using var checks = new StreamChecks();
        await using var pair = await Pair.OpenAsync();
        var context = pair.ServerContext;
        var ended = new List<string>();
        var all = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        void End(string name)
        {
            ended.Add(name);
            if (ended.Count == 4)
            {
                all.SetResult();
            }
        }

        pair.Server.SessionRequests.CheckedOn(context, checks).Subscribe(request => request.Accept(), () => End("SessionRequests"));
        pair.Server.Sessions.CheckedOn(context, checks).Subscribe(_ => { }, () => End("Sessions"));
        pair.Server.Messages.CheckedOn(context, checks).Subscribe(_ => { }, () => End("Messages"));
        pair.Server.Requests.CheckedOn(context, checks).Subscribe(_ => { }, () => End("Requests"));

        pair.Session.Dispose();
        await pair.Accepted.Closed.WaitAsync(Pair.Limit);
        await using (var another = await pair.ConnectAsync())
        {
            await another.DeliverAsync(new byte[1]);
        }

        Assert.Empty(ended);
        await pair.Server.DisposeAsync();
        await all.Task.WaitAsync(Pair.Limit);
        Assert.Equal(["Messages", "Requests", "SessionRequests", "Sessions"], ended.Order());
    }

    [Fact]
    public async Task Who_comes_when_all_is_over_is_told_the_same_end_on_the_context()
    {
        using var checks = new StreamChecks();
        await using var pair = await Pair.OpenAsync();
        pair.Accepted.Dispose();
        await pair.Session.Closed.WaitAsync(Pair.Limit);

        async Task<string> EndOf<T>(IObservable<T> stream)
        {
            var end = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
            stream.CheckedOn(pair.ClientContext, checks).Subscribe(_ => { }, error => end.SetResult(error.GetType().Name), () => end.SetResult(Completed));
            return await end.Task.WaitAsync(Pair.Limit);
        }

        Assert.Equal(Failed, await EndOf(pair.Session.Messages));
        Assert.Equal(Failed, await EndOf(pair.Session.Requests));
        Assert.Equal(Failed, await EndOf(pair.Session.Receipts));
        Assert.Equal(Completed, await EndOf(pair.Session.Errors));
        Assert.Equal(Completed, await EndOf(pair.Session.Events));
    }

    [Fact]
    public async Task Who_comes_when_even_the_context_is_gone_is_told_at_once()
    {
        await using var pair = await Pair.OpenAsync();
        await pair.ClientContext.DisposeAsync();
        var ends = 0;

        pair.Session.Messages.Subscribe(_ => { }, () => ends++);
        pair.Session.Events.Subscribe(_ => { }, () => ends++);
        pair.Session.Requests.Subscribe(_ => { }, () => ends++);

        Assert.Equal(3, ends);
    }

    private sealed class World(Pair pair) : IAsyncDisposable
    {
        private readonly StreamChecks _checks = new();
        private readonly Dictionary<string, Task<string>> _ends = [];

        public List<AccelioSessionEvent> Events { get; } = [];

        public static async Task<World> OpenAsync()
        {
            var world = new World(await Pair.OpenAsync());
            var session = world.Pair.Session;
            world.Watch("Messages", session.Messages);
            world.Watch("Requests", session.Requests);
            world.Watch("Receipts", session.Receipts);
            world.Watch("Errors", session.Errors);
            world.Watch("Connection.Messages", session.Connections[0].Messages);
            world.Watch("Connection.Requests", session.Connections[0].Requests);
            world.Watch("Events", session.Events, world.Events.Add);
            return world;
        }

        public Pair Pair => pair;

        public Task<string> EndOf(string stream) => _ends[stream].WaitAsync(Pair.Limit);

        public async Task CloseAsync(string how)
        {
            switch (how)
            {
                case "DisposeAsync here":
                    await pair.Session.DisposeAsync();
                    break;
                case "DisposeAsync there":
                    await pair.Accepted.DisposeAsync();
                    break;
                case "Dispose here":
                    pair.Session.Dispose();
                    break;
                case "Dispose there":
                    pair.Accepted.Dispose();
                    break;
                case "server closes":
                    await pair.Server.DisposeAsync();
                    break;
                default:
                    pair.ServerContext.Dispose();
                    break;
            }
        }

        public async ValueTask DisposeAsync()
        {
            await pair.DisposeAsync();
            _checks.Dispose();
        }

        private void Watch<T>(string name, IObservable<T> stream, Action<T>? onNext = null)
        {
            var end = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
            _ends[name] = end.Task;
            stream.CheckedOn(pair.ClientContext, _checks).Subscribe(
                value => onNext?.Invoke(value),
                error => end.SetResult(error is AccelioException ? error.GetType().Name : $"a foreign {error.GetType()}"),
                () => end.SetResult(Completed));
        }
    }
}
