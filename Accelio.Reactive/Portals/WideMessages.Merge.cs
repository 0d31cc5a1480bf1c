namespace Accelio.Reactive;

/// <content>One observer, and its way to every source.</content>
internal sealed partial class WideMessages
{
    private sealed class Merge(WideMessages stream, IObserver<InboundMessage> observer) : IDisposable
    {
        private readonly List<IDisposable> _branches = [];
        private IObserver<InboundMessage>? _observer = observer;

        /// <summary>Whether every branch has ended. Under the gate.</summary>
        public bool IsIdle => _branches.Count == 0;

        private PollerContext Home => stream.Home;

        /// <summary>Leads a source to the observer. Under the gate.</summary>
        public void Attach(PollerContext context, IObservable<InboundMessage> source)
        {
            if (ReferenceEquals(context, Home))
            {
                var near = new Near(this);
                _branches.Add(near);
                near.Start(source);
            }
            else
            {
                var far = new Far(this);
                _branches.Add(far);
                far.Start(source);
            }
        }

        /// <summary>Takes the branches off. Under the gate.</summary>
        public void Leave()
        {
            foreach (var branch in _branches)
            {
                branch.Dispose();
            }

            _branches.Clear();
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
            if (Interlocked.Exchange(ref _observer, null) is null)
            {
                return;
            }

            lock (stream._gate)
            {
                Leave();
            }

            stream.Forget(this);
        }

        private void BranchEnded(IDisposable branch)
        {
            lock (stream._gate)
            {
                _branches.Remove(branch);
            }

            stream.FinishIfDone();
        }

        /// <summary>What arrives on the home context, pushed as it comes. What the observer throws goes the way it does for one who observes the source.</summary>
        private sealed class Near(Merge merge) : IObserver<InboundMessage>, IDisposable
        {
            private IDisposable? _source;
            private bool _hasLeft;

            public void Start(IObservable<InboundMessage> source)
            {
                _source = source.Subscribe(this);
                if (_hasLeft)
                {
                    _source.Dispose();
                }
            }

            /// <inheritdoc/>
            public void OnNext(InboundMessage value)
            {
                try
                {
                    Volatile.Read(ref merge._observer)?.OnNext(value);
                }
                catch
                {
                    merge.Dispose();
                    throw;
                }
            }

            /// <inheritdoc/>
            public void OnError(Exception error) => merge.BranchEnded(this);

            /// <inheritdoc/>
            public void OnCompleted() => merge.BranchEnded(this);

            /// <inheritdoc/>
            public void Dispose()
            {
                _hasLeft = true;
                _source?.Dispose();
            }
        }

        /// <summary>What arrives on another context.</summary>
        private sealed class Far(Merge merge) : HandOffQueue(merge.Home.Scheduler)
        {
            /// <inheritdoc/>
            protected override void Consume(InboundMessage message)
            {
                if (Volatile.Read(ref merge._observer) is { } observer && !Guarded.OnNext(merge.Home, observer, message))
                {
                    message.RejectIfHeld();
                    merge.Dispose();
                }

                message.Dispose();
            }

            /// <inheritdoc/>
            protected override void Finish(Exception? error) => merge.BranchEnded(this);
        }
    }

    private PollerContext Home => home;
}
