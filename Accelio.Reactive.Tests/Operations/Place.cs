namespace Accelio.Reactive.Tests.Operations;

/// <summary>Where code runs.</summary>
internal sealed record Place(AccelioContext? Context, SynchronizationContext? Synchronization, TaskScheduler Scheduler, bool IsOnPool, int Thread)
{
    public static Place Here => new(
        AccelioContext.Current,
        SynchronizationContext.Current,
        TaskScheduler.Current,
        System.Threading.Thread.CurrentThread.IsThreadPoolThread,
        Environment.CurrentManagedThreadId);
}
