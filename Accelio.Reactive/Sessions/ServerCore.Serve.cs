using System.Reactive.Disposables;

namespace Accelio.Reactive;

/// <content>Who serves requests and observes messages, by resource or for all. The tables are replaced, never changed: the context reads
/// them as they are.</content>
internal sealed partial class ServerCore
{
    private readonly Lock _tableGate = new();
    private Dictionary<string, Func<InboundRequest, ValueTask>> _handlers = [];
    private Dictionary<string, ClaimedStream<InboundMessage>> _messageStreams = [];

    /// <inheritdoc/>
    public override IDisposable Handle(Func<InboundRequest, ValueTask> handler) => _requests.Handle(handler);

    /// <inheritdoc/>
    public override IDisposable Handle(string resource, Func<InboundRequest, ValueTask> handler)
    {
        ArgumentNullException.ThrowIfNull(handler);
        var path = ResourcePath.Normalize(resource);
        Context.Poller.DemandCaller();
        lock (_tableGate)
        {
            ObjectDisposedException.ThrowIf(_hasClosed, this);
            if (_handlers.ContainsKey(path))
            {
                throw new InvalidOperationException($"The resource {resource} has a handler already; dispose that one first.");
            }

            _handlers = new(_handlers) { [path] = handler };
        }

        ClaimAll();
        return Disposable.Create(() => RemoveHandler(path));
    }

    /// <inheritdoc/>
    public override IObservable<InboundMessage> MessagesFor(string resource)
    {
        var path = ResourcePath.Normalize(resource);
        lock (_tableGate)
        {
            if (!_messageStreams.TryGetValue(path, out var stream))
            {
                if (_hasClosed)
                {
                    // It has ended, as the new one would have.
                    return _messages;
                }

                stream = new ClaimedStream<InboundMessage>(Context, ClaimAll);
                _messageStreams = new(_messageStreams) { [path] = stream };
            }

            return stream;
        }
    }

    /// <summary>The handlers by resource: another table after each change.</summary>
    internal Dictionary<string, Func<InboundRequest, ValueTask>> Handlers => Volatile.Read(ref _handlers);

    /// <summary>Pushes a message to those who observe its session's resource, and all sessions. Context only.</summary>
    /// <returns>False when one of them threw.</returns>
    internal bool PushMessage(InboundMessage message, string resource)
    {
        var isTaken = StreamFor(resource)?.PushNow(message) ?? true;
        return _messages.PushNow(message) & isTaken;
    }

    private ClaimedStream<InboundMessage>? StreamFor(string resource) =>
        Volatile.Read(ref _messageStreams) is { Count: > 0 } streams ? streams.GetValueOrDefault(resource) : null;

    private void EndMessages()
    {
        foreach (var stream in _messageStreams.Values)
        {
            stream.End(null);
        }

        _messages.End(null);
    }

    private void RemoveHandler(string path)
    {
        lock (_tableGate)
        {
            var fewer = new Dictionary<string, Func<InboundRequest, ValueTask>>(_handlers);
            fewer.Remove(path);
            _handlers = fewer;
        }
    }

    private void ClaimAll() => Context.Poller.Post(new ActionItem(() =>
    {
        foreach (var session in _sessions.ToArray())
        {
            session.Claim();
        }
    }));
}
