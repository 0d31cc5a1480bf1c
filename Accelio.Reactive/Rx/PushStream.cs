using System.Reactive.Disposables;

namespace Accelio.Reactive;

/// <summary>
/// A hot stream of one context. Observers come and go on any thread; values are pushed on the context, one at a time and never nested: what is pushed inside OnNext waits until the present value
/// has been seen by all. Who subscribes inside OnNext sees the next value, who disposes gets nothing more, who throws is removed.
/// </summary>
internal class PushStream<T>(PollerContext context) : IObservable<T>
{
    private static readonly Subscription[] None = [];
#pragma warning disable CA1825 // An empty array of its own: it marks the end, and must not be the shared one.
    private static readonly Subscription[] Ended = new Subscription[0];
#pragma warning restore CA1825
    private Subscription[] _observers = None;
    private Queue<T>? _waiting;
    private bool _isPushing;
    private bool _isEnding;
    private Exception? _error;

    /// <summary>Whether somebody observes.</summary>
    public bool HasObservers => Volatile.Read(ref _observers).Length != 0;

    /// <summary>The context that pushes.</summary>
    protected PollerContext Context => context;

    private bool HasEnded => ReferenceEquals(Volatile.Read(ref _observers), Ended);

    /// <inheritdoc/>
    public virtual IDisposable Subscribe(IObserver<T> observer)
    {
        ArgumentNullException.ThrowIfNull(observer);
        var subscription = new Subscription(this, observer);
        if (TryAdd(subscription))
        {
            return subscription;
        }

        Guarded.End(context, observer, _error);
        return Disposable.Empty;
    }

    /// <summary>Pushes a value. Context only.</summary>
    public void Push(T value)
    {
        if (_isPushing)
        {
            (_waiting ??= new Queue<T>()).Enqueue(value);
            return;
        }

        _isPushing = true;
        PushToAll(value);
        while (_waiting is { Count: > 0 })
        {
            PushToAll(_waiting.Dequeue());
        }

        _isPushing = false;
        if (_isEnding)
        {
            EndNow();
        }
    }

    /// <summary>Ends the stream after everything pushed before; with an error, or completed. Context only.</summary>
    public void End(Exception? error)
    {
        if (HasEnded || _isEnding)
        {
            return;
        }

        _error = error;
        if (_isPushing)
        {
            _isEnding = true;
        }
        else
        {
            EndNow();
        }
    }

    /// <summary>Called on the subscriber's thread when an observer was added.</summary>
    protected virtual void OnSubscribed()
    {
    }

    /// <summary>Adds an observer, unless the stream has ended.</summary>
    protected bool TryAdd(Subscription subscription)
    {
        while (true)
        {
            var observers = Volatile.Read(ref _observers);
            if (ReferenceEquals(observers, Ended))
            {
                return false;
            }

            Subscription[] more = [.. observers, subscription];
            if (ReferenceEquals(Interlocked.CompareExchange(ref _observers, more, observers), observers))
            {
                OnSubscribed();
                return true;
            }
        }
    }

    /// <summary>Tells an observer who came too late how the stream ended.</summary>
    protected void EndLate(IObserver<T> observer) => Guarded.End(context, observer, _error);

    private void PushToAll(T value)
    {
        foreach (var subscription in Volatile.Read(ref _observers))
        {
            if (subscription.Observer is { } observer && !Guarded.OnNext(context, observer, value))
            {
                subscription.Dispose();
            }
        }
    }

    private void EndNow()
    {
        foreach (var subscription in Interlocked.Exchange(ref _observers, Ended))
        {
            if (subscription.Observer is { } observer)
            {
                Guarded.End(context, observer, _error);
            }
        }
    }

    private void Remove(Subscription subscription)
    {
        while (true)
        {
            var observers = Volatile.Read(ref _observers);
            var index = Array.IndexOf(observers, subscription);
            if (index < 0)
            {
                return;
            }

            Subscription[] fewer = observers.Length == 1 ? None : [.. observers[..index], .. observers[(index + 1)..]];
            if (ReferenceEquals(Interlocked.CompareExchange(ref _observers, fewer, observers), observers))
            {
                return;
            }
        }
    }

    /// <summary>One observer's part in the stream.</summary>
    protected sealed class Subscription(PushStream<T> stream, IObserver<T> observer) : IDisposable
    {
        private IObserver<T>? _observer = observer;

        /// <summary>The observer; null once disposed.</summary>
        public IObserver<T>? Observer => Volatile.Read(ref _observer);

        /// <inheritdoc/>
        public void Dispose()
        {
            if (Interlocked.Exchange(ref _observer, null) is not null)
            {
                stream.Remove(this);
            }
        }
    }
}
