using Accelio.Native.Linux;

namespace Accelio.Transports.Polling;

/// <summary>Takes note of the signal that ends a poller's sleep; the work it stands for is found by the cycle itself.</summary>
internal sealed class WakeHandler : SocketHandler
{
    private readonly EventCounter _counter;

    /// <summary>Watches <paramref name="counter"/>.</summary>
    public WakeHandler(EventCounter counter) => _counter = counter;

    /// <inheritdoc/>
    public override bool AllowsDirectPolling => false;

    /// <inheritdoc/>
    public override int OnReadable(long now)
    {
        _counter.Reset();
        return 0;
    }

    /// <inheritdoc/>
    public override void OnWritable(long now)
    {
    }

    /// <inheritdoc/>
    public override void OnError(long now)
    {
    }
}
