using Accelio.Reactive.Engine;
using Accelio.Transports.Polling;

namespace Accelio.Reactive;

/// <content>Messages and requests of the peer: who gets them, and what waits for a consumer.</content>
internal sealed partial class ConnectionCore
{
    private readonly Queue<Unclaimed> _unclaimedRequests = new();
    private readonly Queue<Unclaimed> _unclaimedMessages = new();
    private readonly Queue<MessageCore> _waitingRequests = new();
    private readonly Stack<HandlerRun> _idleRuns = new();
    private readonly ActionItem _claim;
    private readonly UnclaimedTimer _unclaimedTimer;
    private int _claimPosted;
    private int _runningHandlers;
    private bool _isServingWaiting;
    private Dictionary<string, Func<InboundRequest, ValueTask>>? _seenHandlers;
    private Func<InboundRequest, ValueTask>? _resourceHandler;

    private bool HasRequestConsumer => _requests.HasConsumer || _session.RequestStream.HasConsumer
        || _session.Server is { } server && (FindHandler(server) is not null || server.RequestStream.HasConsumer);

    private bool HasMessageObservers => _messages.HasObservers
        || _session.MessageStream.HasObservers
        || (_session.Server is { } server && server.HasMessageObserversFor(_session.Resource));

    /// <inheritdoc/>
    public override IDisposable Handle(Func<InboundRequest, ValueTask> handler) => _requests.Handle(handler);

    /// <inheritdoc/>
    void IConnectionEvents.OnMessage(ConnectionMachine connection, MessageCore message)
    {
        if (_hasEnded)
        {
            // Cut off here while others share the link: what the peer still sends on it is for nobody.
            Discard(message);
            return;
        }

        if (_unclaimedMessages.Count == 0 && HasMessageObservers)
        {
            Deliver(message);
        }
        else
        {
            // Behind those that wait already, even when a consumer has come for them meanwhile.
            _unclaimedMessages.Enqueue(new Unclaimed(message, Poller.Now));
            StartUnclaimedTimer();
        }
    }

    /// <inheritdoc/>
    void IConnectionEvents.OnRequest(ConnectionMachine connection, MessageCore request)
    {
        if (_hasEnded)
        {
            Discard(request);
            return;
        }

        if (_waitingRequests.Count != 0)
        {
            // Behind those that wait for handlers to end, whoever is there for them then.
            Wait(request);
        }
        else if (_unclaimedRequests.Count != 0 || !TryServe(request))
        {
            Hold(request);
        }
    }

    /// <inheritdoc/>
    void IConnectionEvents.OnDropped(ConnectionMachine connection)
    {
        for (var left = _waitingRequests.Count; left > 0; left--)
        {
            var request = _waitingRequests.Dequeue();
            if (!TryDrop(request))
            {
                _waitingRequests.Enqueue(request);
            }
        }

        for (var left = _unclaimedRequests.Count; left > 0; left--)
        {
            var unclaimed = _unclaimedRequests.Dequeue();
            if (!TryDrop(unclaimed.Message))
            {
                _unclaimedRequests.Enqueue(unclaimed);
            }
        }
    }

    private static void Discard(MessageCore message)
    {
        var version = message.Version;
        message.MarkRejected(version);
        message.ReleaseAtHome(version);
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
            Machine.HandlersAtWork = --_runningHandlers;
            _idleRuns.Push(run);
        }

        if (error is not null)
        {
            if (request.IsGivenUp(version) || request.IsAborted(version))
            {
                AccelioLog.LateHandlerFailed(_session.Context.Log, _session.Uri, error);
            }
            else
            {
                AccelioLog.HandlerFailed(_session.Context.Log, _session.Uri, error);
            }

            request.MarkRejected(version);
        }

        if (request.TryClaimAnswer(version))
        {
            // The requester learns that there will be no answer; why stays in our log.
            var (status, text) = request.IsAborted(version) ? (AccelioStatus.MessageCanceled, null)
                : error is null ? (AccelioStatus.MessageDiscarded, "the handler ended without an answer")
                : (AccelioStatus.Unsuccessful, "the handler failed");
            request.Connection!.SendStatusResponse(request, status, text);
        }

        request.ReleaseAtHome(version);
        if (_waitingRequests.Count != 0)
        {
            ServeWaiting();
        }
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
            if (!TryDrop(next) && !TryServeWaiting(next))
            {
                Hold(next);
            }
        }

        _isServingWaiting = false;
    }

    /// <summary>As many handlers run as may: the request waits for one to end.</summary>
    private void Wait(MessageCore request)
    {
        _waitingRequests.Enqueue(request);
        request.IsWaiting = true;
        request.LimitAnswer();
    }

    /// <summary>Nobody serves requests at present: the request waits for somebody, but not for ever.</summary>
    private void Hold(MessageCore request)
    {
        _unclaimedRequests.Enqueue(new Unclaimed(request, Poller.Now));
        request.IsWaiting = true;
        request.LimitAnswer();
        StartUnclaimedTimer();
    }

    /// <summary>A request whose time was over while it waited is not served.</summary>
    private bool TryDrop(MessageCore request)
    {
        var version = request.Version;
        if (!request.IsGivenUp(version) && !request.TryExpire(Poller.Now))
        {
            return false;
        }

        request.IsWaiting = false;
        request.ReleaseAtHome(version);
        return true;
    }

    private void Deliver(MessageCore message)
    {
        var handle = new InboundMessage(message);
        var version = message.Version;
        message.IsShared = true;
        try
        {
            var isTaken = _messages.PushNow(handle) & _session.MessageStream.PushNow(handle);
            if (_session.Server is { } server)
            {
                isTaken &= server.PushMessage(handle, _session.Resource);
            }

            if (!isTaken)
            {
                message.MarkRejected(version);
            }
        }
        finally
        {
            message.ReleaseAtHome(version);
        }
    }

    /// <summary>Gives a request to its consumer: the connection's own, else the session's, else the server's for the session's resource, else the server's for all.</summary>
    /// <returns>False when there is none.</returns>
    private bool TryServe(MessageCore request)
    {
        var consumer = _requests.HasConsumer ? _requests : _session.RequestStream.HasConsumer ? _session.RequestStream : null;
        var handler = consumer is null ? _session.Server is { } server ? FindHandler(server) : null : consumer.Handler;
        if (handler is not null)
        {
            if (_runningHandlers >= _options.MaxConcurrentHandlers)
            {
                Wait(request);
            }
            else
            {
                RunHandler(handler, request);
            }

            return true;
        }

        consumer ??= _session.Server?.RequestStream;
        return consumer is not null && TryPush(consumer, request);
    }

    /// <summary>The server's handler for the session's resource, which is looked up once per table, or the one for all.</summary>
    private Func<InboundRequest, ValueTask>? FindHandler(ServerCore server)
    {
        var handlers = server.Handlers;
        if (!ReferenceEquals(handlers, _seenHandlers))
        {
            _seenHandlers = handlers;
            _resourceHandler = handlers.GetValueOrDefault(_session.Resource);
        }

        return _resourceHandler ?? server.RequestStream.Handler;
    }

    private bool TryServeWaiting(MessageCore request)
    {
        request.IsWaiting = false;
        return TryServe(request);
    }

    private static bool TryPush(SingleStream<InboundRequest> consumer, MessageCore request)
    {
        var handle = new InboundRequest(request);
        var version = request.Version;
        if (!consumer.PushNow(handle, out var failed))
        {
            return false;
        }

        if (failed)
        {
            request.MarkRejected(version);
            if (request.TryClaimAnswer(version))
            {
                request.Connection!.SendStatusResponse(request, AccelioStatus.Unsuccessful, "the observer failed");
            }
        }

        request.ReleaseAtHome(version);
        return true;
    }

    private void RunHandler(Func<InboundRequest, ValueTask> handler, MessageCore request)
    {
        var version = request.Version;
        Exception? error = null;
        try
        {
            var task = handler(new InboundRequest(request, version));
            if (task.IsCompletedSuccessfully)
            {
                task.GetAwaiter().GetResult();
            }
            else
            {
                var run = _idleRuns.TryPop(out var idle) ? idle : new HandlerRun(this);
                run.Start(task, request, version);
                Machine.HandlersAtWork = ++_runningHandlers;
                request.LimitAnswer();
                return;
            }
        }
        catch (Exception exception)
        {
            error = exception;
        }

        OnHandlerEnded(null, request, version, error);
    }

    private void DeliverUnclaimed()
    {
        Volatile.Write(ref _claimPosted, 0);
        while (_unclaimedMessages.Count != 0 && HasMessageObservers)
        {
            Deliver(_unclaimedMessages.Dequeue().Message);
        }

        while (_unclaimedRequests.Count != 0 && HasRequestConsumer)
        {
            // Taken out first: the consumer may close the session, which drops what waits.
            var request = _unclaimedRequests.Dequeue().Message;
            if (!TryDrop(request) && !TryServeWaiting(request))
            {
                Hold(request);
                break;
            }
        }

        if (_unclaimedMessages.Count + _unclaimedRequests.Count == 0 && _unclaimedTimer.IsScheduled)
        {
            Poller.Timers.Cancel(_unclaimedTimer);
        }
    }

    private void StartUnclaimedTimer()
    {
        if (_unclaimedTimer.IsScheduled || _options.UnclaimedTimeout == Timeout.InfiniteTimeSpan)
        {
            return;
        }

        var oldest = Math.Min(
            _unclaimedMessages.TryPeek(out var message) ? message.Since : long.MaxValue,
            _unclaimedRequests.TryPeek(out var request) ? request.Since : long.MaxValue);
        if (oldest != long.MaxValue)
        {
            Poller.Timers.Schedule(_unclaimedTimer, oldest + _options.UnclaimedTimeout.Ticks);
        }
    }

    private void OnUnclaimedTimeout(long now)
    {
        DropUnclaimed(now - _options.UnclaimedTimeout.Ticks, "within UnclaimedTimeout");
        StartUnclaimedTimer();
    }

    private void StopServing()
    {
        DropUnclaimed(long.MaxValue, "before the connection ended");
        while (_waitingRequests.TryDequeue(out var request))
        {
            request.IsWaiting = false;
            request.Release(request.Version);
        }

        if (_unclaimedTimer.IsScheduled)
        {
            Poller.Timers.Cancel(_unclaimedTimer);
        }
    }

    /// <summary>Gives up what waits since then or longer.</summary>
    private void DropUnclaimed(long since, string why)
    {
        int requests = 0, messages = 0;
        while (_unclaimedRequests.TryPeek(out var unclaimed) && unclaimed.Since <= since)
        {
            requests++;
            var request = _unclaimedRequests.Dequeue().Message;
            var version = request.Version;
            request.IsWaiting = false;
            request.Rejected = true;
            if (request.TryClaimAnswer(version))
            {
                request.Connection!.SendStatusResponse(request, AccelioStatus.NotSupported, "nobody handles requests of this session");
            }

            request.Release(version);
        }

        while (_unclaimedMessages.TryPeek(out var unclaimed) && unclaimed.Since <= since)
        {
            messages++;
            var message = _unclaimedMessages.Dequeue().Message;
            message.Reject(message.Version);
        }

        if (requests + messages != 0)
        {
            AccelioLog.Unclaimed(_session.Context.Log, _session.Uri, requests, messages, why);
            _session.ReportError(AccelioStatus.NotSupported, $"{requests} requests and {messages} messages found no consumer {why}: subscribe to Messages, and serve Requests.");
        }
    }

    private readonly record struct Unclaimed(MessageCore Message, long Since);

    private sealed class UnclaimedTimer(ConnectionCore connection) : WheelTimer
    {
        /// <inheritdoc/>
        public override void OnTimer(long now) => connection.OnUnclaimedTimeout(now);
    }
}
