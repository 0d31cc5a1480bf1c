using Accelio.Transports.Polling;

namespace Accelio.Transports.Rdma;

/// <summary>Watches the completion channel of a completion queue: it only ever wakes the poller, which asks the queue anyway.</summary>
/// <param name="owner">Whose it is.</param>
internal sealed class RdmaWakeHandler(RdmaCompletions owner) : SocketHandler
{
    /// <inheritdoc/>
    public override bool AllowsDirectPolling => false;

    /// <inheritdoc/>
    public override int OnReadable(long now) => owner.TakeEvents();

    /// <inheritdoc/>
    public override void OnWritable(long now)
    {
        // Never asked for.
    }

    /// <inheritdoc/>
    public override void OnError(long now) => owner.Reactor.Remove(this);
}
