using System.Reactive.Concurrency;
using System.Reactive.Disposables;

namespace Accelio.Reactive;

/// <summary>
/// A <see cref="TimeProvider"/>'s time as a scheduler, so that Rx operators follow the clock that a program was given: a fake one in tests, a simulated one. The reverse of
/// <see cref="SchedulerTimeProvider"/>. Actions run where the provider's timers fire, those that are due at once included: on the thread pool with
/// <see cref="TimeProvider.System"/>. What belongs on a context takes <see cref="AccelioContext.Scheduler"/>. Any thread.
/// </summary>
/// <param name="time">The time.</param>
public sealed class TimeProviderScheduler(TimeProvider time) : LocalScheduler
{
    private readonly TimeProvider _time = time ?? throw new ArgumentNullException(nameof(time));

    /// <inheritdoc/>
    public override DateTimeOffset Now => _time.GetUtcNow();

    /// <inheritdoc/>
    public override IDisposable Schedule<TState>(TState state, TimeSpan dueTime, Func<IScheduler, TState, IDisposable> action)
    {
        ArgumentNullException.ThrowIfNull(action);
        var item = new Item<TState>(this, state, action);
        item.Start(_time, dueTime > TimeSpan.Zero ? dueTime : TimeSpan.Zero);
        return item;
    }

    /// <inheritdoc/>
    public override IDisposable Schedule<TState>(TState state, DateTimeOffset dueTime, Func<IScheduler, TState, IDisposable> action) =>
        Schedule(state, dueTime - Now, action);

    /// <inheritdoc/>
    public override IStopwatch StartStopwatch() => new TimeProviderStopwatch(_time);

    private sealed class Item<TState>(IScheduler scheduler, TState state, Func<IScheduler, TState, IDisposable> action) : IDisposable
    {
        private readonly SingleAssignmentDisposable _inner = new();
        private readonly SingleAssignmentDisposable _timer = new();

        public void Start(TimeProvider time, TimeSpan dueTime) =>
            _timer.Disposable = time.CreateTimer(static state => ((Item<TState>)state!).Run(), this, dueTime, Timeout.InfiniteTimeSpan);

        /// <inheritdoc/>
        public void Dispose()
        {
            _timer.Dispose();
            _inner.Dispose();
        }

        private void Run()
        {
            _timer.Dispose();
            if (!_inner.IsDisposed)
            {
                _inner.Disposable = action(scheduler, state);
            }
        }
    }
}
