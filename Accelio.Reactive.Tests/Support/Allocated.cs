namespace Accelio.Reactive.Tests.Support;

/// <summary>What an action allocates on the thread that runs it.</summary>
internal static class Allocated
{
    /// <summary>How often the action is run.</summary>
    public const int Runs = 3;

    /// <summary>The smallest of some runs, in bytes: a collection that another test causes ends this thread's allocation block, and what was
    /// left of the block is counted as if it had been allocated.</summary>
    public static long By(Action action)
    {
        var least = long.MaxValue;
        for (var run = 0; run < Runs; run++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            action();
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        return least;
    }
}
