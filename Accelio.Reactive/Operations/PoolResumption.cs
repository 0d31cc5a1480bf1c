#pragma warning disable RS0030 // The one place that uses the thread pool: awaits begun outside a context go on there.

namespace Accelio.Reactive;

/// <summary>Resumes awaits that began outside a context; the only file that may use the thread pool.</summary>
internal static class PoolResumption
{
    /// <summary>Queues the item; allocates nothing. In virtual time what would go on on the thread pool stays with the scheduler.</summary>
    public static void Queue(IThreadPoolWorkItem item)
    {
        if (SynchronizationContext.Current is VirtualSynchronizationContext scheduler)
        {
            scheduler.Post(static state => ((IThreadPoolWorkItem)state!).Execute(), item);
        }
        else
        {
            ThreadPool.UnsafeQueueUserWorkItem(item, preferLocal: false);
        }
    }
}
