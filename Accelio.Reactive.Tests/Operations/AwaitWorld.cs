using System.Collections.Concurrent;
using Accelio.Reactive.Tests.Sessions;
using Xunit;

namespace Accelio.Reactive.Tests.Operations;

/// <summary>A session whose peer answers when it is told to, or at once, and all the places where an await may begin.</summary>
internal sealed class AwaitWorld : IAsyncDisposable
{
    private readonly ConcurrentQueue<InboundRequest> _held = new();
    private readonly SemaphoreSlim _arrived = new(0);

    private AwaitWorld(Pair pair) => Pair = pair;

    public static OutboundMessage Message { get; } = new byte[10];

    public Pair Pair { get; }

    public AccelioSession Session => Pair.Session;

    public AccelioContext Other { get; } = AccelioContext.Start(new AccelioContextOptions { Name = "test-other" });

    public OneThread Thread { get; } = new();

    public OneThreadScheduler Scheduler { get; } = new();

    /// <summary>A world whose peer holds its answers back until <see cref="AnswerAsync"/>.</summary>
    public static async Task<AwaitWorld> OpenAsync()
    {
        var world = new AwaitWorld(await Pair.OpenAsync());
        world.Pair.Server.Requests.Subscribe(request =>
        {
            world._held.Enqueue(request);
            world._arrived.Release();
        });
        return world;
    }

    /// <summary>A world whose peer answers at once.</summary>
    public static async Task<AwaitWorld> OpenWithEchoAsync() => new(await Pair.OpenAsync(Pair.Echo, wire: Sessions.Wire.LeanTcp()));

    /// <summary>Waits for a request and answers it.</summary>
    public async Task AnswerAsync()
    {
        Assert.True(await _arrived.WaitAsync(Pair.Limit));
        Assert.True(_held.TryDequeue(out var request));
        await request.RespondAsync(new byte[1]);
    }

    /// <summary>Runs the synchronous part of something at a place; what it returns may end later.</summary>
    public async Task<Task<T>> BeginAsync<T>(Beginning beginning, Func<Task<T>> body)
    {
        switch (beginning)
        {
            case Beginning.OnTheSessionsContext:
                return await Pair.ClientContext.RunAsync(_ => ValueTask.FromResult(body()));
            case Beginning.OnAnotherContext:
                return await Other.RunAsync(_ => ValueTask.FromResult(body()));
            case Beginning.OnTheThreadPool:
                return await Task.Factory.StartNew(body, CancellationToken.None, TaskCreationOptions.None, TaskScheduler.Default);
            case Beginning.UnderATaskScheduler:
                return await Task.Factory.StartNew(body, CancellationToken.None, TaskCreationOptions.None, Scheduler);
            default:
                var begun = new TaskCompletionSource<Task<T>>(TaskCreationOptions.RunContinuationsAsynchronously);
                Thread.Post(_ => begun.SetResult(body()), null);
                return await begun.Task;
        }
    }

    /// <summary>Says whether a place is the one where an await that began there is to go on.</summary>
    public void AssertIs(Beginning beginning, Place place)
    {
        switch (beginning)
        {
            case Beginning.OnTheSessionsContext:
                Assert.Same(Pair.ClientContext, place.Context);
                break;
            case Beginning.OnAnotherContext:
                Assert.Same(Other, place.Context);
                break;
            case Beginning.OnTheThreadPool:
                Assert.Null(place.Context);
                Assert.True(place.IsOnPool);
                Assert.Null(place.Synchronization);
                break;
            case Beginning.UnderASynchronizationContext:
                Assert.Same(Thread, place.Synchronization);
                break;
            case Beginning.UnderATaskScheduler:
                Assert.Same(Scheduler, place.Scheduler);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(beginning), beginning, "no such place");
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Pair.DisposeAsync();
        await Other.DisposeAsync();
        Thread.Dispose();
        Scheduler.Dispose();
        _arrived.Dispose();
    }
}
