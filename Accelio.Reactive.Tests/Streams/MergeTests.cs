using System.Reactive.Linq;
using Accelio.Reactive.Tests.Sessions;
using Accelio.Reactive.Tests.Support;
using Xunit;

namespace Accelio.Reactive.Tests.Streams;

/// <summary>Streams over several contexts come together on one, leases kept; operators behind them count exactly.</summary>
public class MergeTests
{
    private const int Contexts = 4;
    private const int Each = 2500;
    private const int Total = Contexts * Each;

    [Fact]
    public async Task Scan_Buffer_and_GroupBy_count_exactly_over_clients_on_four_contexts()
    {
        using var checks = new StreamChecks();
        await using var world = await World.OpenAsync();
        var counting = world.Count(world.Server.Messages.CheckedOn(world.ServerContext, checks), checks);

        await world.SendToServerAsync();

        await counting;
    }

    [Fact]
    public async Task Scan_Buffer_and_GroupBy_count_exactly_over_sessions_on_four_contexts_that_are_merged()
    {
        using var checks = new StreamChecks();
        await using var home = Pair.StartContext("home");
        await using var world = await World.OpenAsync();
        var sources = world.Sessions.Zip(world.Contexts, (session, context) => session.Messages.CheckedOn(context, checks));
        var counting = world.Count(sources.MergeOn(home).CheckedOn(home, checks), checks);

        await world.SendToClientsAsync();

        await counting;
    }

    [Fact]
    public async Task A_merged_message_is_leased_until_its_OnNext_returns()
    {
        await using var home = Pair.StartContext("home");
        await using var pair = await Pair.OpenAsync();
        var late = new List<InboundMessage>();
        var contents = new List<byte[]>();
        new[] { pair.Session.Messages }.MergeOn(home).Subscribe(message =>
        {
            contents.Add(message.Detach().Payload.ToArray());
            late.Add(message);
        });
        var bodies = Enumerable.Range(1, 50).Select(i => Pair.Bytes(i * 100)).ToArray();

        foreach (var body in bodies)
        {
            Assert.True((await pair.Accepted.DeliverAsync(body)).Accepted);
        }

        Assert.Equal(bodies, contents);
        Assert.All(late, message => Assert.Throws<ObjectDisposedException>(() => message.Payload));
    }

    [Fact]
    public async Task A_merge_completes_with_the_last_source_and_fails_with_the_first_that_fails()
    {
        using var checks = new StreamChecks();
        await using var home = Pair.StartContext("home");
        await using var first = await Pair.OpenAsync();
        await using var second = await Pair.OpenAsync();
        await using var third = await Pair.OpenAsync();
        Task<string> EndOf(params IEnumerable<Pair> pairs)
        {
            var end = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
            pairs.Select(pair => pair.Session.Messages).MergeOn(home).CheckedOn(home, checks).Subscribe(_ => { }, error => end.SetResult(error.GetType().Name), () => end.SetResult("completed"));
            return end.Task;
        }

        var orderly = EndOf(first, second);
        var failing = EndOf(second, third);

        await first.Session.DisposeAsync();
        await home.RunAsync(_ => default);
        Assert.False(orderly.IsCompleted);
        third.Accepted.Dispose();
        Assert.Equal(nameof(ConnectionLostException), await failing.WaitAsync(Pair.Limit));
        await second.Session.DisposeAsync();
        Assert.Equal("completed", await orderly.WaitAsync(Pair.Limit));
    }

    [Fact]
    public async Task An_observer_of_a_merge_that_throws_is_reported_to_the_merging_context_and_holds_nothing()
    {
        await using var home = Pair.StartContext("home");
        await using var pair = await Pair.OpenAsync();
        var unhandled = new TaskCompletionSource<Exception>(TaskCreationOptions.RunContinuationsAsynchronously);
        home.UnhandledExceptions.Subscribe(unhandled.SetResult);
        var calls = 0;
        new[] { pair.Session.Messages }.MergeOn(home).Subscribe(_ =>
        {
            calls++;
            throw new FormatException("mine");
        });
        for (var i = 0; i < 100; i++)
        {
            pair.Accepted.TrySend(new byte[1], out _);
        }

        Assert.Equal("mine", (await unhandled.Task.WaitAsync(Pair.Limit)).Message);
        pair.Session.Messages.Subscribe(_ => { });
        await pair.Accepted.DeliverAsync(new byte[1]);
        await Arrivals.NoneHeldAsync(pair.ClientContext);
        Assert.Equal(1, calls);
    }

    [Fact]
    public async Task Bad_arguments_are_named()
    {
        await using var context = AccelioContext.Start();
        var messages = Observable.Never<InboundMessage>();

        Assert.Throws<ArgumentNullException>("sources", () => ((IObservable<InboundMessage>[])null!).MergeOn(context));
        Assert.Throws<ArgumentNullException>("context", () => new[] { messages }.MergeOn(null!));
        Assert.Throws<ArgumentException>("sources", () => new[] { messages, null! }.MergeOn(context));
        Assert.Throws<ArgumentException>("sources", () => Array.Empty<IObservable<InboundMessage>>().MergeOn(context));
    }

    private sealed class World : IAsyncDisposable
    {
        private World(AccelioContext serverContext, AccelioServer server)
        {
            ServerContext = serverContext;
            Server = server;
        }

        public AccelioContext ServerContext { get; }

        public AccelioServer Server { get; }

        public List<AccelioContext> Contexts { get; } = [];

        public List<AccelioSession> Sessions { get; } = [];

        public List<AccelioSession> Accepted { get; } = [];

        public static async Task<World> OpenAsync()
        {
            var context = Pair.StartContext("server");
            var world = new World(context, await AccelioServer.BindAsync(new Uri("tcp://127.0.0.1:0"), Pair.WithPatience(new AccelioServerOptions { Context = context })));
            var all = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            world.Server.Sessions.Subscribe(session =>
            {
                world.Accepted.Add(session);
                if (world.Accepted.Count == MergeTests.Contexts)
                {
                    all.SetResult();
                }
            });
            for (var i = 0; i < MergeTests.Contexts; i++)
            {
                var client = Pair.StartContext($"client {i}");
                world.Contexts.Add(client);
                world.Sessions.Add(await AccelioSession.ConnectAsync(world.Server.EndPoint, Pair.WithPatience(new AccelioSessionOptions { Context = client })));
            }

            await all.Task.WaitAsync(Pair.Limit);
            return world;
        }

        /// <summary>Lets three operators that break when two threads push them count everything.</summary>
        public async Task Count(IObservable<InboundMessage> messages, StreamChecks checks)
        {
            var scanned = new TaskCompletionSource<(long Count, long Sum)>(TaskCreationOptions.RunContinuationsAsynchronously);
            var buffered = new TaskCompletionSource<int>(TaskCreationOptions.RunContinuationsAsynchronously);
            var grouped = new TaskCompletionSource<Dictionary<int, int>>(TaskCreationOptions.RunContinuationsAsynchronously);
            messages.Scan((Count: 0L, Sum: 0L), (sum, message) => (sum.Count + 1, sum.Sum + Value(message))).CheckedBy(checks)
                .Where(sum => sum.Count == Total).Subscribe(scanned.SetResult);
            var inBuffers = 0;
            messages.Read(Value).Buffer(7).CheckedBy(checks).Subscribe(values =>
            {
                inBuffers += values.Count;
                if (inBuffers + 7 > Total)
                {
                    buffered.TrySetResult(inBuffers);
                }
            });
            var groups = new Dictionary<int, int>();
            var inGroups = 0;
            messages.GroupBy(message => Value(message) % 10).CheckedBy(checks).Subscribe(group => group.CheckedBy(checks).Subscribe(_ =>
            {
                groups[group.Key] = groups.GetValueOrDefault(group.Key) + 1;
                if (++inGroups == Total)
                {
                    grouped.SetResult(groups);
                }
            }));

            Assert.Equal((Total, Contexts.Count * (Each * (Each - 1L) / 2)), await scanned.Task.WaitAsync(Pair.Limit));
            Assert.Equal(Total / 7 * 7, await buffered.Task.WaitAsync(Pair.Limit));
            Assert.Equal(Enumerable.Repeat(Total / 10, 10), (await grouped.Task.WaitAsync(Pair.Limit)).Values);
        }

        public Task SendToServerAsync() => Task.WhenAll(Sessions.Zip(Contexts, SendAsync));

        public Task SendToClientsAsync() => Task.WhenAll(Accepted.Select(session => SendAsync(session, ServerContext)));

        public async ValueTask DisposeAsync()
        {
            foreach (var context in Contexts)
            {
                await context.DisposeAsync();
            }

            await Server.DisposeAsync();
            await ServerContext.DisposeAsync();
        }

        private static int Value(InboundMessage message) => BitConverter.ToInt32(message.Payload.FirstSpan);

        private static async Task SendAsync(AccelioSession session, AccelioContext context) => await context.RunAsync(async _ =>
        {
            for (var i = 0; i < Each; i++)
            {
                await session.SendAsync(BitConverter.GetBytes(i), CancellationToken.None);
            }
        });
    }
}
