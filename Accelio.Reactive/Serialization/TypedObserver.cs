namespace Accelio.Reactive;

/// <summary>Serves one-way messages as values: a message's lease, and with it its receipt, ends with the handler.</summary>
internal sealed class TypedObserver<T> : IObserver<InboundMessage>
{
    private readonly MessageReader<T> _reader;
    private readonly Func<T, InboundMessage, ValueTask> _handler;

    public TypedObserver(IAccelioSerializer<T> serializer, Func<T, InboundMessage, ValueTask> handler)
    {
        ArgumentNullException.ThrowIfNull(serializer);
        ArgumentNullException.ThrowIfNull(handler);
        _reader = MessageReader<T>.For(serializer);
        _handler = handler;
    }

    /// <inheritdoc/>
    public void OnNext(InboundMessage value)
    {
        if (_reader.TryRead(value, out var content))
        {
            _ = HandleAsync(content, value.Retain());
        }
    }

    /// <inheritdoc/>
    public void OnError(Exception error)
    {
    }

    /// <inheritdoc/>
    public void OnCompleted()
    {
    }

    private async Task HandleAsync(T content, InboundMessage message)
    {
        try
        {
            await _handler(content, message);
            message.Dispose();
        }
        catch (Exception exception)
        {
            (message.Session as SessionCore)?.OnMessageHandlerFailed(exception);
            message.Reject();
        }
    }
}
