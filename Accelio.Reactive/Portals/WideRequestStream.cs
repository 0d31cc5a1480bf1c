namespace Accelio.Reactive;

/// <summary>Requests for the items of a sequence, on a session over several contexts: each subscription runs on the connection that is chosen when it begins, and at others when that is drained.</summary>
internal sealed class WideRequestStream<TSource, TResult>(
    WideSession session, IEnumerable<TSource> source, int concurrency, Func<TSource, OutboundMessage> write, Func<TSource, InboundMessage, TResult> read)
    : IObservable<TResult>
{
    /// <inheritdoc/>
    public IDisposable Subscribe(IObserver<TResult> observer) => session.Choose(default).RequestEach(source, concurrency, write, read).Subscribe(observer);
}
