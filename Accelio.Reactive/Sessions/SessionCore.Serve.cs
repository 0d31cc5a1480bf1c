using Accelio.Reactive.Engine;
using Accelio.Transports.Polling;

namespace Accelio.Reactive;

/// <content>Messages and requests of the peer: who gets them, and what waits for a consumer.</content>
internal sealed partial class SessionCore
{
    private readonly Queue<MessageCore> _unclaimedRequests = new();
    private readonly Queue<MessageCore> _unclaimedMessages = new();
    private readonly Queue<MessageCore> _waitingRequests = new();
    private readonly Stack<HandlerRun> _idleRuns = new();
    private readonly ActionItem _claim;
    private readonly UnclaimedTimer _unclaimedTimer;
    private int _claimPosted;
    private int _runningHandlers;
    private bool _isServingWaiting;

    /// <inheritdoc/>
    public override IDisposable Handle(Func<InboundRequest, ValueTask> handler) => _requests.Handle(handler);

    /// <inheritdoc/>
    void IConnectionEvents.OnMessage(ConnectionMachine connection, MessageCore message)
    {
        message.Session = this;
        if (_messages.HasObservers || _server is { HasMessageObservers: true })
        {
            Deliver(message);
        }
        else
        {
            _unclaimedMessages.Enqueue(message);
            StartUnclaimedTimer();
        }
    }

    /// <inheritdoc/>
    void IConnectionEvents.OnRequest(ConnectionMachine connection, MessageCore request)
    {
        request.Session = this;
        if (!TryServe(request))
        {
            _unclaimedRequests.Enqueue(request);
            StartUnclaimedTimer();
        }
    }

    /// <summary>Consumers have come: what waited is delivered. Any thread.</summary>
    internal void Claim()
    {
        if (Interlocked.Exchange(ref _claimPosted, 1) == 0)
        {
            Poller.Post(_claim);
        }
    }

    /// <summary>A handler has ended. Context only.</summary>
    internal void OnHandlerEnded(HandlerRun? run, MessageCore request, int version, Exception? error)
    {
        if (run is not null)
        {
            _runningHandlers--;
            _idleRuns.Push(run);
        }

        if (error is not null)
        {
            AccelioLog.HandlerFailed(Context.Log, Uri, error);
            request.Rejected = request.Version == version || request.Rejected;
        }

        if (request.TryClaimAnswer(version))
        {
            // The requester learns that there will be no answer; why stays in our log.
            request.Connection!.SendStatusResponse(
                request,
                error is null ? AccelioStatus.MessageDiscarded : AccelioStatus.Unsuccessful,
                error is null ? "the handler ended without an answer" : "the handler failed");
        }

        request.ReleaseAtHome(version);
        ServeWaiting();
    }

    /// <summary>Starts handlers for requests that waited for others to end; not from inside itself, when one of them ends at once.</summary>
    private void ServeWaiting()
    {
        if (_isServingWaiting)
        {
            return;
        }

        _isServingWaiting = true;
        while (_runningHandlers < _options.MaxConcurrentHandlers && _waitingRequests.TryDequeue(out var next))
        {
            if (!TryServe(next))
            {
                _unclaimedRequests.Enqueue(next);
                StartUnclaimedTimer();
            }
        }

        _isServingWaiting = false;
    }

    /// <summary>Pushes an error that is nobody's return value. Context only.</summary>
    internal void ReportError(AccelioStatus status, string message) => _errors.Push(new AccelioError(status, message));

    private void Deliver(MessageCore message)
    {
        var version = message.Version;
        var handle = new InboundMessage(message);
        _messages.Push(handle);
        _server?.PushMessage(handle);
        message.ReleaseAtHome(version);
    }

    private bool TryServe(MessageCore request)
    {
        var handler = _requests.Handler ?? (_requests.HasConsumer ? null : _server?.FindHandler(_resource));
        if (handler is not null)
        {
            if (_runningHandlers >= _options.MaxConcurrentHandlers)
            {
                _waitingRequests.Enqueue(request);
            }
            else
            {
                RunHandler(handler, request);
            }

            return true;
        }

        var observers = _requests.HasConsumer ? _requests : _server?.RequestStream;
        if (observers is not { HasConsumer: true })
        {
            return false;
        }

        var version = request.Version;
        if (!observers.Push(new InboundRequest(request)))
        {
            request.Rejected = true;
        }

        request.Release(version);
        return true;
    }

    private void RunHandler(Func<InboundRequest, ValueTask> handler, MessageCore request)
    {
        var version = request.Version;
        ValueTask task;
        try
        {
            task = handler(new InboundRequest(request));
        }
        catch (Exception exception)
        {
            OnHandlerEnded(null, request, version, exception);
            return;
        }

        if (task.IsCompletedSuccessfully)
        {
            task.GetAwaiter().GetResult();
            OnHandlerEnded(null, request, version, null);
            return;
        }

        _runningHandlers++;
        var run = _idleRuns.TryPop(out var idle) ? idle : new HandlerRun(this);
        run.Start(task, request, version);
    }

    private void DeliverUnclaimed()
    {
        Volatile.Write(ref _claimPosted, 0);
        while (_unclaimedMessages.Count != 0 && (_messages.HasObservers || _server is { HasMessageObservers: true }))
        {
            Deliver(_unclaimedMessages.Dequeue());
        }

        while (_unclaimedRequests.Count != 0 && TryServe(_unclaimedRequests.Peek()))
        {
            _unclaimedRequests.Dequeue();
        }

        if (_unclaimedMessages.Count + _unclaimedRequests.Count == 0 && _unclaimedTimer.IsScheduled)
        {
            Poller.Timers.Cancel(_unclaimedTimer);
        }
    }

    private void StartUnclaimedTimer()
    {
        if (!_unclaimedTimer.IsScheduled && _options.UnclaimedTimeout != Timeout.InfiniteTimeSpan)
        {
            Poller.Timers.Schedule(_unclaimedTimer, Poller.Now + _options.UnclaimedTimeout.Ticks);
        }
    }

    private void OnUnclaimedTimeout()
    {
        var requests = _unclaimedRequests.Count;
        var messages = _unclaimedMessages.Count;
        DropUnclaimed();
        AccelioLog.Unclaimed(Context.Log, Uri, requests, messages);
        ReportError(AccelioStatus.NotSupported, $"{requests} requests and {messages} messages found no consumer within UnclaimedTimeout: subscribe to Messages, and serve Requests.");
    }

    private void DropUnclaimed()
    {
        while (_unclaimedRequests.TryDequeue(out var request))
        {
            var version = request.Version;
            request.Rejected = true;
            if (request.TryClaimAnswer(version))
            {
                request.Connection!.SendStatusResponse(request, AccelioStatus.NotSupported, "nobody handles requests of this session");
            }

            request.Release(version);
        }

        while (_unclaimedMessages.TryDequeue(out var message))
        {
            message.Reject(message.Version);
        }
    }

    private sealed class UnclaimedTimer(SessionCore session) : WheelTimer
    {
        /// <inheritdoc/>
        public override void OnTimer(long now) => session.OnUnclaimedTimeout();
    }
}
