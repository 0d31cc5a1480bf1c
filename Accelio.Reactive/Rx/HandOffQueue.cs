using System.Reactive.Concurrency;
using System.Reactive.Disposables;
using Accelio.Transports.Polling;

namespace Accelio.Reactive;

/// <summary>
/// Messages on their way from one stream to another place, in order and leased until they are consumed there. The place is woken once for all that have gathered. However it ends - stream over,
/// observer gone, place dead - what was not consumed is released.
/// </summary>
internal abstract class HandOffQueue : WorkItem, IThreadPoolWorkItem, IObserver<InboundMessage>, IDisposable
{
    private const int MostPerTurn = 1024;
    private readonly MessageRing _ring = new();
    private readonly SingleAssignmentDisposable _source = new();
    private readonly IScheduler _to;
    private PollerContext? _context;
    private int _isScheduled;
    private int _isReading;
    private volatile bool _hasStopped;
    private volatile bool _hasEnded;
    private Exception? _error;

    protected HandOffQueue(IScheduler to)
    {
        _to = to;
        _context = (to as PollerScheduler)?.Context;
    }

    /// <summary>Begins to take the messages of a stream.</summary>
    public void Start(IObservable<InboundMessage> source) => _source.Disposable = source.Subscribe(this);

    /// <inheritdoc/>
    public void OnNext(InboundMessage value)
    {
        if (_hasStopped)
        {
            return;
        }

        _context ??= AccelioContext.Current as PollerContext;
        _ring.Add(value.Retain());
        Wake();
        if (_hasStopped)
        {
            ReleaseAll();
        }
    }

    /// <inheritdoc/>
    public void OnError(Exception error)
    {
        _error = error;
        OnCompleted();
    }

    /// <inheritdoc/>
    public void OnCompleted()
    {
        _context ??= AccelioContext.Current as PollerContext;
        _hasEnded = true;
        Wake();
    }

    /// <summary>Stops: nothing more is consumed, what waits is released. Any thread.</summary>
    public void Dispose()
    {
        _hasStopped = true;
        _source.Dispose();
        ReleaseAll();
    }

    /// <summary>Consumes what has gathered. At the place, by one thread at a time.</summary>
    public sealed override void Execute()
    {
        if (Interlocked.Exchange(ref _isReading, 1) != 0)
        {
            // Somebody stopped the hand-off and is releasing.
            return;
        }

        bool hasMore;
        try
        {
            hasMore = ConsumeBatch();
        }
        finally
        {
            Interlocked.Exchange(ref _isReading, 0);
            if (_hasStopped)
            {
                ReleaseAll();
            }
        }

        if (_hasStopped)
        {
            return;
        }

        if (hasMore)
        {
            // Others at this place have their turn first.
            Schedule();
            return;
        }

        Interlocked.Exchange(ref _isScheduled, 0);
        if (_hasEnded || !_ring.IsEmpty)
        {
            Wake();
        }
    }

    /// <summary>Consumes a message and ends its lease; must not throw.</summary>
    protected abstract void Consume(InboundMessage message);

    /// <summary>The stream has ended and everything was consumed; must not throw.</summary>
    protected abstract void Finish(Exception? error);

    /// <summary>Reports what user code threw. Where the messages' context is not known, because they are no session's, it is thrown on, as Rx does.</summary>
    protected void Report(Exception exception)
    {
        if (_context is null)
        {
            throw new InvalidOperationException("An observer behind a hand-off threw, and there is no context that could be told.", exception);
        }

        _context.ReportUnhandled(exception);
    }

    /// <summary>Consumes at most a batch.</summary>
    /// <returns>Whether there may be more.</returns>
    private bool ConsumeBatch()
    {
        for (var left = MostPerTurn; left > 0 && !_hasStopped; left--)
        {
            // Asked first: what was added before the end is found then.
            var hasEnded = _hasEnded;
            if (_ring.TryTake(out var message))
            {
                Consume(message);
                continue;
            }

            if (hasEnded)
            {
                _hasStopped = true;
                Finish(_error);
            }

            return false;
        }

        return true;
    }

    private void Wake()
    {
        if (Interlocked.Exchange(ref _isScheduled, 1) == 0)
        {
            Schedule();
        }
    }

    private void Schedule()
    {
        try
        {
            switch (_to)
            {
                case PollerScheduler { Context: var context }:
                    ScheduleOn(context);
                    break;
                case DefaultScheduler or ThreadPoolScheduler:
                    PoolResumption.Queue(this);
                    break;
                default:
                    _to.Schedule(this, static (_, queue) =>
                    {
                        queue.Execute();
                        return Disposable.Empty;
                    });
                    break;
            }
        }
        catch (Exception exception)
        {
            // The place is gone; without it nobody can be told but those who watch the context.
            Dispose();
            Report(exception);
        }
    }

    private void ScheduleOn(PollerContext context)
    {
        if (context.Poller.IsCurrent)
        {
            context.Poller.Enqueue(this);
        }
        else if (!context.Poller.Post(this))
        {
            throw context.Disposed("messages cannot be handed to it any more");
        }
    }

    private void ReleaseAll()
    {
        // Whoever reads at the moment comes here after it.
        while (!_ring.IsEmpty && Interlocked.Exchange(ref _isReading, 1) == 0)
        {
            while (_ring.TryTake(out var message))
            {
                message.Dispose();
            }

            Interlocked.Exchange(ref _isReading, 0);
        }
    }
}
