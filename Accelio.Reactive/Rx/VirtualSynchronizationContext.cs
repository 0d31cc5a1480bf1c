namespace Accelio.Reactive;

/// <summary>
/// What surrounds user code in virtual time: an await that leaves its context, because it waits for something that is not the library's, goes
/// on here instead of on the thread pool - on no context, as in real life, but at the same instant and on the scheduler's thread.
/// </summary>
internal sealed class VirtualSynchronizationContext(SchedulerDriver driver) : SynchronizationContext
{
    /// <summary>Whether this code runs in virtual time, so that awaits of tasks must ask to come back here.</summary>
    public static bool IsCurrent => Current is VirtualSynchronizationContext;

    /// <inheritdoc/>
    public override void Post(SendOrPostCallback d, object? state) => driver.Post(d, state);

    /// <inheritdoc/>
    public override void Send(SendOrPostCallback d, object? state)
    {
        ArgumentNullException.ThrowIfNull(d);
        if (!driver.IsRunning)
        {
            throw new NotSupportedException("In virtual time nothing waits for code that the scheduler has yet to run: use Post.");
        }

        d(state);
    }

    /// <inheritdoc/>
    public override SynchronizationContext CreateCopy() => this;
}
