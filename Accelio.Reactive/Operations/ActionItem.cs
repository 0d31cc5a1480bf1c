using Accelio.Transports.Polling;

namespace Accelio.Reactive;

/// <summary>Runs an action on a poller, or on the thread pool when the poller has stopped; what it throws ends neither.</summary>
internal sealed class ActionItem(Action action, Poller? poller = null) : WorkItem, IThreadPoolWorkItem
{
    /// <inheritdoc/>
    public override void Execute() => action();

    /// <inheritdoc/>
    void IThreadPoolWorkItem.Execute()
    {
        try
        {
            action();
        }
        catch (Exception exception)
        {
            poller?.ReportUnhandled(exception);
        }
    }
}
