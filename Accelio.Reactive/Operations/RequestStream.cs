namespace Accelio.Reactive;

/// <summary>Requests for the items of a sequence, so many at a time: what <see cref="AccelioSession.RequestEach"/> gives out. Every subscription runs through the sequence.</summary>
internal sealed class RequestStream<TSource, TResult>(
    SessionCore session, IEnumerable<TSource> source, int concurrency, Func<TSource, OutboundMessage> write, Func<TSource, InboundMessage, TResult> read)
    : IObservable<TResult>
{
    /// <inheritdoc/>
    public IDisposable Subscribe(IObserver<TResult> observer)
    {
        ArgumentNullException.ThrowIfNull(observer);
        session.Poller.DemandCaller();
        var run = new RequestRun<TSource, TResult>(session, source, concurrency, write, read, observer);
        run.Start();
        return run;
    }
}
