using System.Collections.Concurrent;
using System.Text;
using Xunit;

namespace Accelio.Reactive.Tests.Sessions;

/// <summary>A session whose peer echoes, but for some requests: "slow" waits until it is told to answer, "fails..." fails, "fails twice" only twice. Its window is small.</summary>
internal sealed class ColdWorld : IAsyncDisposable
{
    private readonly ConcurrentQueue<string> _seen = new();
    private readonly SemaphoreSlim _arrived = new(0);
    private readonly TaskCompletionSource _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _failures;

    private ColdWorld()
    {
    }

    public Pair Pair { get; private set; } = null!;

    /// <summary>What the peer was asked.</summary>
    public IReadOnlyCollection<string> Seen => _seen;

    public static async Task<ColdWorld> OpenAsync(Wire wire, int window = 1, Action<AccelioSessionOptions>? client = null)
    {
        var world = new ColdWorld();
        world.Pair = await Pair.OpenAsync(
            server => server.Handle(world.ServeAsync),
            options => options.WindowMessages = window,
            client,
            wire: wire);
        return world;
    }

    public static string Read(InboundMessage answer) => Encoding.ASCII.GetString(answer.Payload);

    public IObservable<string> Request(string text) => Pair.Session.Request(Encoding.ASCII.GetBytes(text), Read);

    /// <summary>Completes when "slow" has arrived.</summary>
    public async Task ArrivedAsync() => Assert.True(await _arrived.WaitAsync(Pair.Limit));

    /// <summary>Lets the slow ones be answered.</summary>
    public void AnswerAll() => _answer.TrySetResult();

    /// <summary>
    /// So many requests were given up: each has left a tombstone; its answer comes late, is dropped and takes the tombstone away; the window is as open as before, and nothing else is left.
    /// </summary>
    public async Task AssertGivenUpAsync(int count)
    {
        Assert.Equal(count, await OutstandingAsync());
        AnswerAll();
        for (var i = 0; i < 3 || await OutstandingAsync() != 0; i++)
        {
            Assert.Equal("next", await Pair.Session.RequestAsync("next"u8.ToArray(), Read).AsTask().WaitAsync(Pair.Limit));
            Assert.True(i < 10_000, "a late answer did not take its tombstone away");
        }

        Assert.Equal(0, Client.Copies.Taken);
    }

    public async ValueTask DisposeAsync()
    {
        await Pair.DisposeAsync();
        _arrived.Dispose();
    }

    private SessionCore Client => (SessionCore)Pair.Session;

    private ValueTask<int> OutstandingAsync() => Pair.ClientContext.RunAsync(_ => ValueTask.FromResult(Client.Usable!.Machine.Tasks.Count));

    private async ValueTask ServeAsync(InboundRequest request)
    {
        var text = Read(request.Message);
        _seen.Enqueue(text);
        if (text == "slow")
        {
            _arrived.Release();
            await _answer.Task;
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
