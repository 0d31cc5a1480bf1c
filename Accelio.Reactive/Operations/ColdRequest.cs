namespace Accelio.Reactive;

/// <summary>A request that is sent by subscribing. The caller's memory is borrowed during Subscribe only, so each subscription copies it.</summary>
internal sealed class ColdRequest<T>(SessionCore session, OutboundMessage message, Func<InboundMessage, T> read) : IObservable<T>
{
    /// <inheritdoc/>
    public IDisposable Subscribe(IObserver<T> observer)
    {
        ArgumentNullException.ThrowIfNull(observer);
        var request = new ObservedRequest<T>(session, read, observer) { OwnsMemory = true };
        request.Start(message);
        return request;
    }
}
