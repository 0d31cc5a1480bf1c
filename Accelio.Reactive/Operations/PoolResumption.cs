#pragma warning disable RS0030 // The one place that uses the thread pool: awaits begun outside a context go on there.

namespace Accelio.Reactive;

/// <summary>Resumes awaits that began outside a context; the only file that may use the thread pool.</summary>
internal static class PoolResumption
{
    /// <summary>Queues the item; allocates nothing.</summary>
    public static void Queue(IThreadPoolWorkItem item) => ThreadPool.UnsafeQueueUserWorkItem(item, preferLocal: false);
}
