using System.Diagnostics;
using Accelio.Transports.Polling;

namespace Accelio.Reactive;

/// <summary>
/// A hot stream of one context. Observers come and go on any thread; values are pushed on the context, one at a time and never nested. Who subscribes inside OnNext sees the next value, who
/// disposes gets nothing more, who throws is removed.
/// </summary>
internal class PushStream<T>(PollerContext context) : IObservable<T>, IDelivery
{
    private static readonly Subscription[] None = [];
#pragma warning disable CA1825 // An empty array of its own: it marks the end, and must not be the shared one.
    private static readonly Subscription[] Ended = new Subscription[0];
#pragma warning restore CA1825
    private readonly Queue<T> _waiting = new();
    private Subscription[] _observers = None;
    private bool _isPushing;
    private bool _isEnding;
    private Exception? _error;

    /// <summary>Whether somebody observes.</summary>
    public bool HasObservers => Volatile.Read(ref _observers).Length != 0;

    /// <summary>The context that pushes.</summary>
    protected PollerContext Context => context;

    /// <inheritdoc/>
    public IDisposable Subscribe(IObserver<T> observer)
    {
        ArgumentNullException.ThrowIfNull(observer);
        context.Poller.DemandCaller();
        var subscription = new Subscription(this, observer);
        Start(subscription);
        return subscription;
    }

    /// <summary>Pushes a value from the top of the duty cycle, when the present callback has returned. Context only.</summary>
    public void Push(T value)
    {
        _waiting.Enqueue(value);
        context.Deliveries.Add(this);
    }

    /// <summary>Pushes a value before this returns: for what lies in a receive buffer. Context only, from the top of the duty cycle, on a stream without <see cref="Push"/>.</summary>
    /// <returns>False when an observer threw at it.</returns>
    public bool PushNow(T value)
    {
        Debug.Assert(!_isPushing && _waiting.Count == 0, "messages are delivered from the top of the duty cycle");
        _isPushing = true;
        var isTaken = PushToAll(value);
        _isPushing = false;
        return isTaken;
    }

    /// <summary>Ends the stream behind everything pushed before; with an error, or completed. Context only.</summary>
    public void End(Exception? error)
    {
        if (!_isEnding)
        {
            _isEnding = true;
            _error = error;
            context.Deliveries.Add(this);
        }
    }

    /// <inheritdoc/>
    public void Deliver()
    {
        if (_waiting.TryDequeue(out var value))
        {
            OnPushing(value);
            PushToAll(value);
            return;
        }

        foreach (var subscription in Interlocked.Exchange(ref _observers, Ended))
        {
            subscription.End(_error);
        }
    }

    /// <summary>Begins a subscription, at once and on the caller's thread.</summary>
    protected virtual void Start(Subscription subscription)
    {
        if (!TryAdd(subscription))
        {
            context.RunSoon(new LateEnd(subscription, _error));
        }
    }

    /// <summary>Called on the context before a value is pushed.</summary>
    protected virtual void OnPushing(T value)
    {
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

    /// <summary>Tells an observer who came too late how the stream ended. Context only.</summary>
    protected void EndLate(Subscription subscription) => subscription.End(_error);

    private bool PushToAll(T value)
    {
        var isTaken = true;
        foreach (var subscription in Volatile.Read(ref _observers))
        {
            if (subscription.Observer is { } observer && !Guarded.OnNext(context, observer, value))
            {
                subscription.Dispose();
                isTaken = false;
            }
        }

        return isTaken;
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

        /// <summary>The observer; null once disposed or ended.</summary>
        public IObserver<T>? Observer => Volatile.Read(ref _observer);

        /// <summary>Tells the observer the end, unless it has gone.</summary>
        public void End(Exception? error)
        {
            if (Interlocked.Exchange(ref _observer, null) is { } observer)
            {
                Guarded.End(stream.Context, observer, error);
            }
        }

        /// <inheritdoc/>
        public void Dispose()
        {
            if (Interlocked.Exchange(ref _observer, null) is not null)
            {
                stream.Remove(this);
            }
        }
    }

    private sealed class LateEnd(Subscription subscription, Exception? error) : WorkItem
    {
        /// <inheritdoc/>
        public override void Execute() => subscription.End(error);
    }
}
