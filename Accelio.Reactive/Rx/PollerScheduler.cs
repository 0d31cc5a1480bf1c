using System.Reactive.Concurrency;
using System.Reactive.Disposables;
using Accelio.Transports.Polling;

namespace Accelio.Reactive;

/// <summary>Runs scheduled actions on a context, by its mailbox and its timers.</summary>
internal sealed class PollerScheduler(PollerContext context) : LocalScheduler
{
    private readonly PollerContext _context = context;

    /// <inheritdoc/>
    public override DateTimeOffset Now => _context.TimeProvider.GetUtcNow();

    /// <inheritdoc/>
    public override IDisposable Schedule<TState>(TState state, TimeSpan dueTime, Func<IScheduler, TState, IDisposable> action)
    {
        ArgumentNullException.ThrowIfNull(action);
        var item = new ScheduledItem<TState>(this, state, dueTime, action);
        if (!_context.Poller.Post(item))
        {
            throw new ObjectDisposedException(_context.Name, "The context was disposed; its scheduler runs nothing any more.");
        }

        return item;
    }

    private sealed class ScheduledItem<TState>(PollerScheduler scheduler, TState state, TimeSpan dueTime, Func<IScheduler, TState, IDisposable> action) : WorkItem, IDisposable
    {
        private readonly SingleAssignmentDisposable _inner = new();
        private bool _isWaiting;

        /// <inheritdoc/>
        public override void Execute()
        {
            if (_inner.IsDisposed)
            {
                return;
            }

            if (!_isWaiting && dueTime > TimeSpan.Zero)
            {
                _isWaiting = true;
                var poller = scheduler._context.Poller;
                poller.Timers.Schedule(new Due(this), poller.Now + dueTime.Ticks);
                return;
            }

            _inner.Disposable = action(scheduler, state);
        }

        /// <inheritdoc/>
        public void Dispose() => _inner.Dispose();

        private sealed class Due(ScheduledItem<TState> item) : WheelTimer
        {
            /// <inheritdoc/>
            public override void OnTimer(long now) => item.Execute();
        }
    }
}
