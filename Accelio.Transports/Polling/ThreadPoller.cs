namespace Accelio.Transports.Polling;

/// <summary>A poller with a thread of its own.</summary>
internal sealed class ThreadPoller : Poller, IAsyncDisposable
{
    public ThreadPoller(PollerOptions? options = null)
        : base(options ?? new PollerOptions())
    {
    }

    public void Start() => throw null!;

    public Task StopAsync() => throw null!;

    public ValueTask DisposeAsync() => throw null!;

    protected override void Wake() => throw null!;
}
