namespace Accelio.Reactive;

/// <summary>Messages of streams of any contexts, pushed on one: each source has a hand-off of its own, all of them take their turns on that context.</summary>
internal sealed class MergedMessages(IObservable<InboundMessage>[] sources, PollerContext context) : IObservable<InboundMessage>
{
    /// <inheritdoc/>
    public IDisposable Subscribe(IObserver<InboundMessage> observer)
    {
        ArgumentNullException.ThrowIfNull(observer);
        return new Merge(observer, context, sources);
    }

    private sealed class Merge : IDisposable
    {
        private readonly PollerContext _context;
        private readonly Branch[] _branches;
        private IObserver<InboundMessage>? _observer;
        private int _live;

        public Merge(IObserver<InboundMessage> observer, PollerContext context, IObservable<InboundMessage>[] sources)
        {
            _context = context;
            _observer = observer;
            _live = sources.Length;
            _branches = Array.ConvertAll(sources, _ => new Branch(this));
            try
            {
                for (var i = 0; i < sources.Length; i++)
                {
                    _branches[i].Start(sources[i]);
                }
            }
            catch
            {
                Dispose();
                throw;
            }
        }

        /// <inheritdoc/>
        public void Dispose()
        {
            Volatile.Write(ref _observer, null);
            foreach (var branch in _branches)
            {
                branch.Dispose();
            }
        }

        private void Push(InboundMessage message)
        {
            if (Volatile.Read(ref _observer) is { } observer && !Guarded.OnNext(_context, observer, message))
            {
                Dispose();
            }
        }

        private void BranchEnded(Exception? error)
        {
            if ((--_live == 0 || error is not null) && Interlocked.Exchange(ref _observer, null) is { } observer)
            {
                Dispose();
                Guarded.End(_context, observer, error);
            }
        }

        private sealed class Branch(Merge merge) : HandOffQueue(merge._context.Scheduler)
        {
            /// <inheritdoc/>
            protected override void Consume(InboundMessage message)
            {
                try
                {
                    merge.Push(message);
                }
                finally
                {
                    message.Dispose();
                }
            }

            /// <inheritdoc/>
            protected override void Finish(Exception? error) => merge.BranchEnded(error);
        }
    }
}
