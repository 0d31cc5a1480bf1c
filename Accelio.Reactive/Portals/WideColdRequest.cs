namespace Accelio.Reactive;

/// <summary>A request of a session over several contexts that is sent by subscribing, on the connection that is chosen then.</summary>
internal sealed class WideColdRequest<T>(WideSession session, OutboundMessage message, Func<InboundMessage, T> read) : IObservable<T>
{
    /// <inheritdoc/>
    public IDisposable Subscribe(IObserver<T> observer) => session.Choose(message).Request(message, read).Subscribe(observer);
}
