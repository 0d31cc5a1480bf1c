namespace Accelio.Transports.Polling;

/// <summary>
/// A piece of work for a poller: an intrusive node, so that posting allocates nothing. An item is in at most one queue at a time; it may be
/// reused once <see cref="Execute"/> has been entered.
/// </summary>
internal abstract class WorkItem
{
    /// <summary>The next item of the queue this one is in; queues only.</summary>
    internal WorkItem? Next;

    /// <summary>Runs on the poller's thread. Must not throw; what it throws is reported to <see cref="Poller.OnUnhandled"/>.</summary>
    public abstract void Execute();
}
