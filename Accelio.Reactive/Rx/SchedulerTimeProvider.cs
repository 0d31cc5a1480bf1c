using System.Reactive.Concurrency;

namespace Accelio.Reactive;

/// <summary>A scheduler's time as a <see cref="TimeProvider"/>, so that tasks, delays and this library follow the same clock as Rx operators.</summary>
public sealed class SchedulerTimeProvider(IScheduler scheduler) : TimeProvider
{
    /// <inheritdoc/>
    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    /// <inheritdoc/>
    public override DateTimeOffset GetUtcNow() => scheduler.Now;

    /// <inheritdoc/>
    public override long GetTimestamp() => scheduler.Now.Ticks;

    /// <inheritdoc/>
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        ArgumentNullException.ThrowIfNull(callback);
        var timer = new ScheduledTimer(scheduler, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    private sealed class ScheduledTimer(IScheduler scheduler, TimerCallback callback, object? state) : ITimer
    {
        private readonly Lock _gate = new();
        private IDisposable? _due;
        private bool _isDisposed;

        /// <inheritdoc/>
        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            Check.TimeOrInfinite(dueTime, nameof(dueTime));
            Check.TimeOrInfinite(period, nameof(period));
            lock (_gate)
            {
                _due?.Dispose();
                _due = null;
                if (_isDisposed)
                {
                    return false;
                }

                if (dueTime != Timeout.InfiniteTimeSpan)
                {
                    _due = scheduler.Schedule(dueTime, () => SchedulerDriver.For(scheduler).Run(() => Fire(period)));
                }

                return true;
            }
        }

        /// <inheritdoc/>
        public void Dispose()
        {
            lock (_gate)
            {
                _isDisposed = true;
                _due?.Dispose();
                _due = null;
            }
        }

        /// <inheritdoc/>
        public ValueTask DisposeAsync()
        {
            Dispose();
            return default;
        }

        private void Fire(TimeSpan period)
        {
            if (period != Timeout.InfiniteTimeSpan && period > TimeSpan.Zero)
            {
                Change(period, period);
            }

            callback(state);
        }
    }
}
