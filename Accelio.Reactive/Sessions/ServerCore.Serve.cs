namespace Accelio.Reactive;

/// <content>Who serves requests, by resource or for all.</content>
internal sealed partial class ServerCore
{
    private readonly Lock _handlerGate = new();
    private Dictionary<string, Func<InboundRequest, ValueTask>> _resources = [];

    /// <inheritdoc/>
    public override IDisposable Handle(Func<InboundRequest, ValueTask> handler) => _requests.Handle(handler);

    /// <inheritdoc/>
    public override IDisposable Handle(string resource, Func<InboundRequest, ValueTask> handler)
    {
        ArgumentNullException.ThrowIfNull(resource);
        ArgumentNullException.ThrowIfNull(handler);
        if (!resource.StartsWith('/'))
        {
            throw new ArgumentException($"A resource is the path of the session's URI and begins with a slash; '{resource}' does not.", nameof(resource));
        }

        lock (_handlerGate)
        {
            if (_resources.ContainsKey(resource))
            {
                throw new InvalidOperationException($"The resource {resource} has a handler already; dispose that one first.");
            }

            _resources = new Dictionary<string, Func<InboundRequest, ValueTask>>(_resources) { [resource] = handler };
        }

        ClaimAll();
        return System.Reactive.Disposables.Disposable.Create(() => RemoveHandler(resource, handler));
    }

    /// <summary>The handler for a session's resource, or for all. Context only.</summary>
    internal Func<InboundRequest, ValueTask>? FindHandler(string resource) =>
        Volatile.Read(ref _resources).TryGetValue(resource, out var handler) ? handler : _requests.Handler;

    /// <summary>Pushes a message to those who observe all sessions. Context only.</summary>
    internal void PushMessage(InboundMessage message) => _messages.PushNow(message);

    private void RemoveHandler(string resource, Func<InboundRequest, ValueTask> handler)
    {
        lock (_handlerGate)
        {
            if (_resources.TryGetValue(resource, out var present) && ReferenceEquals(present, handler))
            {
                var fewer = new Dictionary<string, Func<InboundRequest, ValueTask>>(_resources);
                fewer.Remove(resource);
                _resources = fewer;
            }
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
