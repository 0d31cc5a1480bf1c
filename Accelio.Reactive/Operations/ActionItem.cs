using Accelio.Transports.Polling;

namespace Accelio.Reactive;

/// <summary>Runs an action on a poller, or on the thread pool when the poller has stopped.</summary>
internal sealed class ActionItem(Action action) : WorkItem, IThreadPoolWorkItem
{
    /// <inheritdoc/>
    public override void Execute() => action();
}
