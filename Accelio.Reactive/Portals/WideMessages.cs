namespace Accelio.Reactive;

/// <summary>
/// One-way messages of several contexts on one: what arrives there is pushed inside the callback that brings it, what arrives elsewhere is handed over, leased until it was pushed. Sources come and
/// go. In order per source.
/// </summary>
/// <param name="home">The context that pushes.</param>
internal sealed partial class WideMessages(PollerContext home) : IObservable<InboundMessage>
{
    private readonly Lock _gate = new();
    private readonly List<(PollerContext Context, IObservable<InboundMessage> Stream)> _sources = [];
    private readonly List<Merge> _merges = [];
    private Action? _ended;
    private Exception? _error;
    private bool _isEnding;
    private bool _hasEnded;

    /// <inheritdoc/>
    public IDisposable Subscribe(IObserver<InboundMessage> observer)
    {
        ArgumentNullException.ThrowIfNull(observer);
        home.Poller.DemandCaller();
        var merge = new Merge(this, observer);
        lock (_gate)
        {
            if (_isEnding)
            {
                home.RunSoon(new ActionItem(() => merge.End(_error)));
                return merge;
            }

            _merges.Add(merge);
            foreach (var (context, stream) in _sources)
            {
                merge.Attach(context, stream);
            }
        }

        return merge;
    }

    /// <summary>Adds a source; who observes gets its messages, too. Any thread.</summary>
    public void Add(PollerContext context, IObservable<InboundMessage> stream)
    {
        lock (_gate)
        {
            _sources.Add((context, stream));
            foreach (var merge in _merges)
            {
                merge.Attach(context, stream);
            }
        }
    }

    /// <summary>A source has ended: who comes later is not led to it. Any thread.</summary>
    public void Remove(IObservable<InboundMessage> stream)
    {
        lock (_gate)
        {
            _sources.RemoveAll(source => ReferenceEquals(source.Stream, stream));
        }
    }

    /// <summary>Ends the stream when the messages of all sources were pushed, and tells so; the sources have ended or are about to. Home context only.</summary>
    public void End(Exception? error, Action ended)
    {
        bool hasEnded;
        lock (_gate)
        {
            _isEnding = true;
            _error = error;
            _ended = ended;
            hasEnded = _hasEnded;
        }

        if (hasEnded)
        {
            ended();
        }
        else
        {
            FinishIfDone();
        }
    }

    /// <summary>Ends the stream at once; <see cref="End"/> then tells so. Home context only.</summary>
    public void Cut(Exception? error)
    {
        lock (_gate)
        {
            _isEnding = true;
            _error = error;
            foreach (var merge in _merges)
            {
                merge.Leave();
            }
        }

        FinishIfDone();
    }

    private void FinishIfDone()
    {
        Merge[] merges;
        lock (_gate)
        {
            if (!_isEnding || _hasEnded || _merges.Exists(merge => !merge.IsIdle))
            {
                return;
            }

            _hasEnded = true;
            merges = [.. _merges];
            _merges.Clear();
        }

        foreach (var merge in merges)
        {
            merge.End(_error);
        }

        _ended?.Invoke();
    }

    private void Forget(Merge merge)
    {
        lock (_gate)
        {
            _merges.Remove(merge);
        }

        if (_isEnding)
        {
            home.RunSoon(new ActionItem(FinishIfDone));
        }
    }
}
