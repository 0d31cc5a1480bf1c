using Accelio.Reactive.Tests.Support;

namespace Accelio.Reactive.Tests.Sessions;

/// <summary>Serves a session; requests of one byte are answered when the test says so. Where the window is one message, such a request makes all others wait.</summary>
internal sealed class SlowRequests : IDisposable
{
    private readonly TaskCompletionSource _gate = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly SemaphoreSlim _arrived = new(0);
    private readonly IDisposable _handler;
    private int _served;

    public SlowRequests(AccelioSession accepted) => _handler = accepted.Handle(ServeAsync);

    /// <summary>How many requests have come.</summary>
    public int Served => Volatile.Read(ref _served);

    /// <summary>Sends one on each connection, and waits until they have come.</summary>
    public async Task FillAsync(IReadOnlyList<AccelioConnection> connections)
    {
        foreach (var connection in connections)
        {
            _ = connection.RequestAsync(new byte[1], answer => answer.PayloadLength).AsTask();
            await _arrived.WaitAsync(Pair.Limit);
        }
    }

    /// <summary>Answers them.</summary>
    public void Finish() => _gate.SetResult();

    public void Dispose()
    {
        _handler.Dispose();
        _arrived.Dispose();
    }

    private async ValueTask ServeAsync(InboundRequest request)
    {
        Interlocked.Increment(ref _served);
        if (request.PayloadLength == 1)
        {
            _arrived.Release();
            await _gate.Task;
        }

        await request.RespondAsync(request.Payload);
    }
}
