namespace Accelio.Samples.FailoverInVirtualTime;

/// <summary>A thread pool whose threads are all busy, with more work waiting behind: what is queued to it is not run for as long as this lasts.</summary>
internal sealed class SaturatedPool : IDisposable
{
    private readonly ManualResetEventSlim _end = new();

    /// <summary>Takes all threads.</summary>
    public SaturatedPool()
    {
        var threads = Environment.ProcessorCount;
        ThreadPool.SetMinThreads(threads, threads);
        ThreadPool.SetMaxThreads(threads, threads);
        for (var i = 0; i < 10 * threads; i++)
        {
            ThreadPool.UnsafeQueueUserWorkItem(_ => _end.Wait(), null);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _end.Set();
}
