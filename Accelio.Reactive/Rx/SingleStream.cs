using System.Reactive.Disposables;

namespace Accelio.Reactive;

/// <summary>A stream for one consumer at a time: an observer or a handler. The slot is taken on any thread; values are pushed on the context.</summary>
internal sealed class SingleStream<T>(PollerContext context, string name, Action onClaimed) : IObservable<T>
{
    private static readonly object Ended = new();
    private object? _consumer;
    private Exception? _error;

    /// <summary>The handler, if that is the kind of consumer.</summary>
    public Func<T, ValueTask>? Handler => (Volatile.Read(ref _consumer) as Registration)?.Handler;

    /// <summary>Whether there is a consumer.</summary>
    public bool HasConsumer => Volatile.Read(ref _consumer) is Registration;

    /// <summary>Registers a handler.</summary>
    public IDisposable Handle(Func<T, ValueTask> handler)
    {
        ArgumentNullException.ThrowIfNull(handler);
        return Claim(new Registration(this, handler, null)) ?? throw new ObjectDisposedException(name, $"{name} has ended; there is nothing to handle any more.");
    }

    /// <inheritdoc/>
    public IDisposable Subscribe(IObserver<T> observer)
    {
        ArgumentNullException.ThrowIfNull(observer);
        if (Claim(new Registration(this, null, observer)) is { } registration)
        {
            return registration;
        }

        Guarded.End(context, observer, _error);
        return Disposable.Empty;
    }

    /// <summary>Pushes a value to the observer. Context only.</summary>
    /// <returns>False when there is no observer.</returns>
    public bool Push(T value, out bool failed)
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

    /// <summary>Ends the stream. Context only.</summary>
    public void End(Exception? error)
    {
        _error = error;
        if (Interlocked.Exchange(ref _consumer, Ended) is Registration { Observer: { } observer })
        {
            Guarded.End(context, observer, error);
        }
    }

    private Registration? Claim(Registration registration)
    {
        var present = Interlocked.CompareExchange(ref _consumer, registration, null);
        if (ReferenceEquals(present, Ended))
        {
            return null;
        }

        if (present is not null)
        {
            throw new InvalidOperationException(
                $"{name} has a consumer already, and takes one: an observer or a handler. Dispose the first one, or share it: Publish() serves several observers.");
        }

        onClaimed();
        return registration;
    }

    private sealed class Registration(SingleStream<T> stream, Func<T, ValueTask>? handler, IObserver<T>? observer) : IDisposable
    {
        public Func<T, ValueTask>? Handler => handler;

        public IObserver<T>? Observer => observer;

        /// <inheritdoc/>
        public void Dispose() => Interlocked.CompareExchange(ref stream._consumer, null, this);
    }
}
