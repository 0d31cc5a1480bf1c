using Accelio.Reactive.Engine;
using Accelio.Transports.Polling;

namespace Accelio.Reactive;

/// <summary>
/// One subscription to a <see cref="RequestStream{TSource,TResult}"/>: keeps its requests in flight and pushes their results from the top of the duty cycle. A request that has ended is used again for the
/// next item, so nothing is allocated or pooled per item. Context only, but for <see cref="Start"/> and <see cref="Dispose"/>.
/// </summary>
internal sealed class RequestRun<TSource, TResult>(
    SessionCore session, IEnumerable<TSource> source, int concurrency, Func<TSource, OutboundMessage> write, Func<TSource, InboundMessage, TResult> read, IObserver<TResult> observer)
    : WorkItem, IDelivery, IDisposable
{
    private StreamedRequest<TSource, TResult>?[] _requests = [];

    // The places of those that have ended, in order, as a ring that has room for all: numbers are queued for a fraction of what references cost.
    private int[] _ended = [];
    private int _firstEnded;
    private int _endedCount;
    private IEnumerator<TSource>? _items;
    private int _inFlight;
    private bool _isQueued;
    private bool _isOver;
    private int _isDisposed;

    /// <summary>The session of the requests.</summary>
    public SessionCore Session => session;

    /// <summary>Makes a result of an answer.</summary>
    public Func<TSource, InboundMessage, TResult> Read => read;

    /// <summary>Begins, from the top of the duty cycle. Any thread.</summary>
    public void Start()
    {
        if (session.Poller.IsCurrent)
        {
            session.Poller.Enqueue(this);
        }
        else if (!session.Poller.Post(this))
        {
            EndStopped();
        }
    }

    /// <inheritdoc/>
    public override void Execute()
    {
        if (IsDisposed)
        {
            return;
        }

        try
        {
            _items = source.GetEnumerator();
        }
        catch (Exception exception)
        {
            End(exception);
            return;
        }

        for (var i = 0; i < concurrency && _items is not null; i++)
        {
            if (i == _requests.Length)
            {
                MakeRoom();
            }

            var request = new StreamedRequest<TSource, TResult>(this, i);
            _requests[i] = request;
            SendNext(request);
        }

        CompleteIfDone();
    }

    /// <summary>A request has its result, or its error.</summary>
    public void OnEnded(StreamedRequest<TSource, TResult> request)
    {
        if (_isOver)
        {
            return;
        }

        _ended[(_firstEnded + _endedCount++) & (_ended.Length - 1)] = request.Place;
        if (!_isQueued)
        {
            _isQueued = true;
            session.Context.Deliveries.Add(this);
        }
    }

    /// <summary>There is no duty cycle any more. Any thread, and perhaps several find out.</summary>
    public void EndStopped()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) == 0)
        {
            GiveUp();
            Guarded.End(session.Context, observer, session.Context.Disposed("no request can be sent"));
        }
    }

    /// <inheritdoc/>
    public void Deliver()
    {
        _isQueued = false;
        while (!_isOver && _endedCount != 0)
        {
            var request = _requests[_ended[_firstEnded]]!;
            _firstEnded = (_firstEnded + 1) & (_ended.Length - 1);
            _endedCount--;
            _inFlight--;
            Deliver(request);
        }

        CompleteIfDone();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) != 0)
        {
            return;
        }

        if (session.Poller.IsCurrent)
        {
            GiveUp();
        }
        else
        {
            session.Poller.Post(new ActionItem(GiveUp));
        }
    }

    private bool IsDisposed => Volatile.Read(ref _isDisposed) != 0;

    private void Deliver(StreamedRequest<TSource, TResult> request)
    {
        if (request.Error is { } error)
        {
            End(error);
            return;
        }

        if (!Guarded.OnNext(session.Context, observer, request.TakeResult()))
        {
            GiveUp();
        }
        else if (_items is not null && !_isOver)
        {
            SendNext(request.IsReusable ? request : Replace(request));
        }
    }

    private StreamedRequest<TSource, TResult> Replace(StreamedRequest<TSource, TResult> request)
    {
        // The link still refers to the copy that went with it.
        var another = new StreamedRequest<TSource, TResult>(this, request.Place);
        _requests[request.Place] = another;
        return another;
    }

    // Powers of two. Nothing has been taken out of the ring yet, so that what is in it stays in order.
    private void MakeRoom()
    {
        var length = Math.Max(4, _requests.Length * 2);
        Array.Resize(ref _requests, length);
        Array.Resize(ref _ended, length);
    }

    private void SendNext(StreamedRequest<TSource, TResult> request)
    {
        try
        {
            if (!_items!.MoveNext())
            {
                ReleaseItems();
                return;
            }

            var item = _items.Current;
            var message = write(item);
            session.CheckColdMessage(message);
            request.Send(item, message);
        }
        catch (Exception exception)
        {
            // Of the sequence, of write, of the memory it gave out: nothing was sent.
            End(exception);
            return;
        }

        _inFlight++;
    }

    private void CompleteIfDone()
    {
        if (_inFlight == 0 && _items is null && !_isOver)
        {
            End(error: null);
        }
    }

    private void End(Exception? error)
    {
        GiveUp();
        if (!IsDisposed)
        {
            Guarded.End(session.Context, observer, error);
        }
    }

    // Nothing is pushed any more, and what is under way is given up here and at the peer.
    private void GiveUp()
    {
        if (_isOver)
        {
            return;
        }

        _isOver = true;
        _endedCount = 0;
        ReleaseItems();
        foreach (var request in _requests)
        {
            request?.GiveUp();
        }

        _requests = [];
    }

    private void ReleaseItems()
    {
        var items = _items;
        _items = null;
        try
        {
            items?.Dispose();
        }
        catch (Exception exception)
        {
            session.Context.ReportUnhandled(exception);
        }
    }
}
