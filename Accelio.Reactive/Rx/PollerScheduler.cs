using System.Reactive.Concurrency;
using System.Reactive.Disposables;
using Accelio.Transports.Polling;

namespace Accelio.Reactive;

/// <summary>Runs scheduled actions on a context, by its mailbox and its timers, and takes every time from the context.</summary>
internal sealed class PollerScheduler(PollerContext context) : LocalScheduler
{
    private readonly PollerContext _context = context;

    /// <inheritdoc/>
    public override DateTimeOffset Now => _context.TimeProvider.GetUtcNow();

    /// <summary>The context.</summary>
    public PollerContext Context => _context;

    /// <inheritdoc/>
    /// <exception cref="ObjectDisposedException">The context was disposed.</exception>
    public override IDisposable Schedule<TState>(TState state, TimeSpan dueTime, Func<IScheduler, TState, IDisposable> action)
    {
        ArgumentNullException.ThrowIfNull(action);
        var item = new ScheduledItem<TState>(this, state, dueTime, action);
        _context.Poller.DemandCaller();
        if (!_context.Poller.Post(item))
        {
            throw _context.Disposed("its scheduler runs nothing any more");
        }

        return item;
    }

    /// <inheritdoc/>
    public override IDisposable Schedule<TState>(TState state, DateTimeOffset dueTime, Func<IScheduler, TState, IDisposable> action) =>
        Schedule(state, dueTime - Now, action);

    /// <inheritdoc/>
    public override IStopwatch StartStopwatch() => new TimeProviderStopwatch(_context.TimeProvider);

    /// <summary>One action: first in the mailbox, then perhaps in the timer wheel, which it leaves when it is disposed.</summary>
    private sealed class ScheduledItem<TState>(PollerScheduler scheduler, TState state, TimeSpan dueTime, Func<IScheduler, TState, IDisposable> action) : WorkItem, IDisposable
    {
        private readonly SingleAssignmentDisposable _inner = new();
        private Due? _due;

        private Poller Poller => scheduler._context.Poller;

        /// <inheritdoc/>
        public override void Execute()
        {
            if (_inner.IsDisposed)
            {
                return;
            }

            if (dueTime <= TimeSpan.Zero)
            {
                Run();
                return;
            }

            var due = new Due(this);
            Poller.Timers.Schedule(due, Poller.Now + dueTime.Ticks);
            Interlocked.Exchange(ref _due, due);
            if (_inner.IsDisposed)
            {
                Poller.Timers.Cancel(due);
            }
        }

        /// <inheritdoc/>
        public void Dispose()
        {
            _inner.Dispose();
            if (Volatile.Read(ref _due) is not { } due)
            {
                return;
            }

            if (Poller.IsCurrent)
            {
                Poller.Timers.Cancel(due);
            }
            else
            {
                Poller.Post(new ActionItem(() => Poller.Timers.Cancel(due)));
            }
        }

        private void Run()
        {
            if (!_inner.IsDisposed)
            {
                _inner.Disposable = action(scheduler, state);
            }
        }

        private sealed class Due(ScheduledItem<TState> item) : WheelTimer
        {
            /// <inheritdoc/>
            public override void OnTimer(long now) => item.Run();
        }
    }
}
