using Accelio.Transports.Polling;

namespace Accelio.Reactive;

/// <summary>A stream for one consumer at a time: an observer or a handler. The slot is taken on any thread; values are pushed on the context, from the top of the duty cycle.</summary>
internal sealed class SingleStream<T>(PollerContext context, string name, Action onClaimed) : IObservable<T>, IDelivery
{
    private static readonly object Ended = new();
    private object? _consumer;
    private bool _isEnding;
    private Exception? _error;

    /// <summary>The handler, if that is the kind of consumer.</summary>
    public Func<T, ValueTask>? Handler => (Volatile.Read(ref _consumer) as Registration)?.Handler;

    /// <summary>Whether there is a consumer.</summary>
    public bool HasConsumer => Volatile.Read(ref _consumer) is Registration;

    /// <summary>Registers a handler.</summary>
    /// <exception cref="InvalidOperationException">There is a consumer already.</exception>
    public IDisposable Handle(Func<T, ValueTask> handler)
    {
        ArgumentNullException.ThrowIfNull(handler);
        context.Poller.DemandCaller();
        var registration = new Registration(this, handler, null);
        return TryClaim(registration) ? registration : throw new ObjectDisposedException(name, $"{name} has ended; there is nothing to handle any more.");
    }

    /// <inheritdoc/>
    public IDisposable Subscribe(IObserver<T> observer)
    {
        ArgumentNullException.ThrowIfNull(observer);
        context.Poller.DemandCaller();
        var registration = new Registration(this, null, observer);
        if (!TryClaim(registration))
        {
            context.RunSoon(new LateEnd(registration, _error));
        }

        return registration;
    }

    /// <summary>Pushes a value to the observer before this returns. Context only, from the top of the duty cycle.</summary>
    /// <returns>False when there is no observer.</returns>
    public bool PushNow(T value, out bool failed)
    {
        failed = false;
        if (Volatile.Read(ref _consumer) is not Registration { Observer: { } observer } registration)
        {
            return false;
        }

        if (!Guarded.OnNext(context, observer, value))
        {
            failed = true;
            registration.Dispose();
        }

        return true;
    }

    /// <summary>Ends the stream, when the present callback has returned. Context only.</summary>
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
        if (Interlocked.Exchange(ref _consumer, Ended) is Registration registration)
        {
            registration.End(_error);
        }
    }

    private bool TryClaim(Registration registration)
    {
        var present = Interlocked.CompareExchange(ref _consumer, registration, null);
        if (ReferenceEquals(present, Ended))
        {
            return false;
        }

        if (present is not null)
        {
            throw new InvalidOperationException(
                $"{name} has a consumer already, and takes one: an observer or a handler. Dispose the first one, or share it: Publish() serves several observers.");
        }

        onClaimed();
        return true;
    }

    private sealed class Registration(SingleStream<T> stream, Func<T, ValueTask>? handler, IObserver<T>? observer) : IDisposable
    {
        private IObserver<T>? _observer = observer;

        public Func<T, ValueTask>? Handler => handler;

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
            Volatile.Write(ref _observer, null);
            Interlocked.CompareExchange(ref stream._consumer, null, this);
        }
    }

    private PollerContext Context => context;

    private sealed class LateEnd(Registration registration, Exception? error) : WorkItem
    {
        /// <inheritdoc/>
        public override void Execute() => registration.End(error);
    }
}
