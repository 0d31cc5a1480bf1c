using System.Collections.Concurrent;
using System.Text;
using Xunit;

namespace Accelio.Reactive.Tests.Sessions;

/// <summary>
/// A session whose peer echoes, but for some requests: "slow" waits until it is told to answer or its token fires, "deaf" does not look at its token, "fails..." fails, "fails twice" only twice. Its window is
/// small.
/// </summary>
internal sealed class ColdWorld : IAsyncDisposable
{
    private readonly ConcurrentQueue<string> _seen = new();
    private readonly SemaphoreSlim _arrived = new(0);
    private readonly SemaphoreSlim _stopped = new(0);
    private readonly TaskCompletionSource _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _failures;

    private ColdWorld()
    {
    }

    public Pair Pair { get; private set; } = null!;

    /// <summary>What the peer was asked.</summary>
    public IReadOnlyCollection<string> Seen => _seen;

    public static async Task<ColdWorld> OpenAsync(Wire wire, int window = 1, Action<AccelioSessionOptions>? client = null, Action<AccelioServerOptions>? server = null)
    {
        var world = new ColdWorld();
        world.Pair = await Pair.OpenAsync(
            bound => bound.Handle(world.ServeAsync),
            options =>
            {
                options.WindowMessages = window;
                server?.Invoke(options);
            },
            client,
            wire: wire);
        return world;
    }

    public static string Read(InboundMessage answer) => Encoding.ASCII.GetString(answer.Payload);

    public IObservable<string> Request(string text) => Pair.Session.Request(Encoding.ASCII.GetBytes(text), Read);

    /// <summary>Completes when "slow" or "deaf" has arrived.</summary>
    public async Task ArrivedAsync() => Assert.True(await _arrived.WaitAsync(Pair.Limit));

    /// <summary>Lets the slow ones be answered.</summary>
    public void AnswerAll() => _answer.TrySetResult();

    /// <summary>
    /// So many requests that ran at the peer were given up: their handlers there have seen it and have stopped; every tombstone is gone, the window is as open as before, and nothing else is left.
    /// </summary>
    public async Task AssertGivenUpAsync(int count)
    {
        for (var i = 0; i < count; i++)
        {
            Assert.True(await _stopped.WaitAsync(Pair.Limit), $"{i} of {count} handlers of the peer were told");
        }

        AnswerAll();
        for (var i = 0; i < 3 || await OutstandingAsync() != 0; i++)
        {
            Assert.Equal("next", await Pair.Session.RequestAsync("next"u8.ToArray(), Read).AsTask().WaitAsync(Pair.Limit));
            Assert.True(i < 10_000, "a late answer did not take its tombstone away");
        }

        Assert.Equal(0, _stopped.CurrentCount);
        Assert.Equal(0, Client.Copies.Taken);
    }

    public async ValueTask DisposeAsync()
    {
        AnswerAll();
        await Pair.DisposeAsync();
        _stopped.Dispose();
        _arrived.Dispose();
    }

    private SessionCore Client => (SessionCore)Pair.Session;

    private ValueTask<int> OutstandingAsync() => Pair.ClientContext.RunAsync(_ => ValueTask.FromResult(Client.Usable!.Machine.Tasks.Count));

    private async ValueTask ServeAsync(InboundRequest request)
    {
        var text = Read(request.Message);
        _seen.Enqueue(text);
        if (text is "slow" or "deaf")
        {
            _arrived.Release();
            try
            {
                await _answer.Task.WaitAsync(text == "slow" ? request.Canceled : CancellationToken.None);
            }
            catch (OperationCanceledException)
            {
                _stopped.Release();
                throw;
            }
        }

        if (text == "fails" || (text == "fails twice" && ++_failures <= 2))
        {
            await request.FailAsync(AccelioStatus.NoBuffers);
        }
        else
        {
            await request.RespondAsync(request.Payload);
        }
    }
}
