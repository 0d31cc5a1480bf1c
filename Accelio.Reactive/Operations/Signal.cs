using Accelio.Transports.Polling;

namespace Accelio.Reactive;

/// <summary>
/// Something that happens once and for which many may wait: the end of a session, the success or failure of connecting. Awaits of
/// <see cref="WaitAsync"/> go on where every await of the library does. Any thread.
/// </summary>
internal sealed class Signal
{
    private readonly PollerContext _context;
    private readonly TaskCompletionSource _task;
    private readonly Lock _gate = new();
    private List<Waiter>? _waiters = [];
    private Exception? _error;

    public Signal(PollerContext context)
    {
        _context = context;

        // In virtual time whoever waits must not go on on the thread pool.
        _task = new TaskCompletionSource(context.IsVirtual ? TaskCreationOptions.None : TaskCreationOptions.RunContinuationsAsynchronously);
    }

    /// <summary>The same as a task, for everybody.</summary>
    public Task Task => _task.Task;

    /// <summary>It has happened, or failed; once, later calls change nothing.</summary>
    public void Set(Exception? error = null)
    {
        List<Waiter>? waiters;
        lock (_gate)
        {
            (waiters, _waiters) = (_waiters, null);
            if (waiters is null)
            {
                return;
            }

            _error = error;
        }

        foreach (var waiter in waiters)
        {
            waiter.Complete(error);
        }

        if (error is null)
        {
            _task.SetResult();
        }
        else
        {
            // Nobody need look at it.
            _task.SetException(error);
            _ = _task.Task.Exception;
        }
    }

    /// <summary>Waits; fails with the signal's exception.</summary>
    public ValueTask WaitAsync()
    {
        var waiter = new Waiter(_context.Poller);
        lock (_gate)
        {
            if (_waiters is not null)
            {
                _waiters.Add(waiter);
                return waiter.Task;
            }
        }

        waiter.Complete(_error);
        return waiter.Task;
    }

    /// <summary>Waits until the token fires; then the wait fails, and nothing else happens.</summary>
    public ValueTask WaitUntilAsync(CancellationToken token)
    {
        if (!token.CanBeCanceled)
        {
            return WaitAsync();
        }

        var waiter = new Waiter(_context.Poller);
        lock (_gate)
        {
            _waiters?.Add(waiter);
            if (_waiters is not null)
            {
                waiter.GiveUpWith(this, token);
                return waiter.Task;
            }
        }

        waiter.Complete(_error);
        return waiter.Task;
    }

    private void Forget(Waiter waiter)
    {
        lock (_gate)
        {
            _waiters?.Remove(waiter);
        }
    }

    private sealed class Waiter : ICompletionOwner
    {
        private readonly Completion<bool> _completion;
        private CancellationTokenRegistration _registration;
        private int _isDone;

        public Waiter(Poller poller)
        {
            Poller = poller;
            _completion = new Completion<bool>(this);
        }

        /// <inheritdoc/>
        public Poller? Poller { get; }

        public ValueTask Task => _completion.VoidTask;

        public void GiveUpWith(Signal signal, CancellationToken token) => _registration = token.UnsafeRegister(
            (state, fired) =>
            {
                signal.Forget((Waiter)state!);
                ((Waiter)state!).Complete(new OperationCanceledException(fired));
            },
            this);

        public void Complete(Exception? error)
        {
            if (Interlocked.Exchange(ref _isDone, 1) != 0)
            {
                return;
            }

            _registration.Unregister();
            if (error is null)
            {
                _completion.SetResult(true);
            }
            else
            {
                _completion.SetException(error);
            }
        }

        /// <inheritdoc/>
        public void OnConsumed(bool atHome)
        {
        }
    }
}
