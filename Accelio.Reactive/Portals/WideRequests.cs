namespace Accelio.Reactive;

/// <summary>
/// Requests of several contexts, for one consumer at a time. A handler runs on the context where the request arrives; an observer gets them all on one, requests of others handed over, leased
/// until they were pushed. Sources come and go.
/// </summary>
/// <param name="home">The context on which an observer is called.</param>
/// <param name="name">What the stream is, for exceptions.</param>
internal sealed class WideRequests(PollerContext home, string name) : IObservable<InboundRequest>
{
    private readonly Lock _gate = new();
    private readonly List<(PollerContext Context, SingleStream<InboundRequest> Stream)> _sources = [];
    private Claim? _claim;
    private Exception? _error;
    private bool _hasEnded;

    /// <summary>Registers a handler.</summary>
    /// <exception cref="InvalidOperationException">There is a consumer already, here or at one of the sources.</exception>
    public IDisposable Handle(Func<InboundRequest, ValueTask> handler)
    {
        ArgumentNullException.ThrowIfNull(handler);
        home.Poller.DemandCaller();
        return TryTake(new Claim(this, handler, null), out var claim) ? claim : throw new ObjectDisposedException(name, $"{name} has ended; there is nothing to handle any more.");
    }

    /// <inheritdoc/>
    public IDisposable Subscribe(IObserver<InboundRequest> observer)
    {
        ArgumentNullException.ThrowIfNull(observer);
        home.Poller.DemandCaller();
        if (!TryTake(new Claim(this, null, observer), out var claim))
        {
            home.RunSoon(new ActionItem(() => claim.End(_error)));
        }

        return claim;
    }

    /// <summary>Adds a source, which has no other consumer yet. Any thread.</summary>
    public void Add(PollerContext context, SingleStream<InboundRequest> stream)
    {
        lock (_gate)
        {
            _sources.Add((context, stream));
            _claim?.Attach(context, stream);
        }
    }

    /// <summary>A source has ended. Any thread.</summary>
    public void Remove(SingleStream<InboundRequest> stream)
    {
        lock (_gate)
        {
            _sources.RemoveAll(source => ReferenceEquals(source.Stream, stream));
        }
    }

    /// <summary>Ends the stream; the sources have ended. Home context only.</summary>
    public void End(Exception? error)
    {
        Claim? claim;
        lock (_gate)
        {
            if (_hasEnded)
            {
                return;
            }

            _hasEnded = true;
            _error = error;
            (claim, _claim) = (_claim, null);
        }

        claim?.End(error);
    }

    private bool TryTake(Claim claim, out Claim taken)
    {
        taken = claim;
        lock (_gate)
        {
            if (_hasEnded)
            {
                return false;
            }

            if (_claim is not null)
            {
                throw new InvalidOperationException(
                    $"{name} has a consumer already, and takes one: an observer or a handler. Dispose the first one, or share it: Publish() serves several observers.");
            }

            _claim = claim;
            try
            {
                foreach (var (context, stream) in _sources)
                {
                    claim.Attach(context, stream);
                }
            }
            catch
            {
                claim.Dispose();
                throw;
            }

            return true;
        }
    }

    /// <summary>The consumer, and its places at the sources.</summary>
    private sealed class Claim(WideRequests stream, Func<InboundRequest, ValueTask>? handler, IObserver<InboundRequest>? observer) : IDisposable, IRequestTaker
    {
        private readonly List<IDisposable> _places = [];
        private IObserver<InboundRequest>? _observer = observer;

        /// <inheritdoc/>
        public PollerContext Home => stream.Home;

        /// <inheritdoc/>
        public IObserver<InboundRequest>? Observer => Volatile.Read(ref _observer);

        /// <summary>Takes the consumer's place at a source. Under the gate.</summary>
        public void Attach(PollerContext context, SingleStream<InboundRequest> source)
        {
            try
            {
                _places.Add(handler is not null ? source.Handle(handler) : source.Subscribe(new RequestHandOff(this, context)));
            }
            catch (ObjectDisposedException)
            {
                // It has ended, and brings nothing.
            }
        }

        /// <summary>Tells the observer the end, unless it has gone. Home context only.</summary>
        public void End(Exception? error)
        {
            if (Interlocked.Exchange(ref _observer, null) is { } observer)
            {
                Guarded.End(Home, observer, error);
            }
        }

        /// <inheritdoc/>
        public void Dispose()
        {
            Volatile.Write(ref _observer, null);
            lock (stream._gate)
            {
                foreach (var place in _places)
                {
                    place.Dispose();
                }

                _places.Clear();
                if (ReferenceEquals(stream._claim, this))
                {
                    stream._claim = null;
                }
            }
        }
    }

    private PollerContext Home => home;
}
