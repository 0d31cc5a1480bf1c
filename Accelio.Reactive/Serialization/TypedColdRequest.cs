using System.Reactive.Disposables;

namespace Accelio.Reactive;

/// <summary>A request with a value that is sent by subscribing; the body is written anew for every subscription.</summary>
internal sealed class TypedColdRequest<TRequest, TResponse>(
    AccelioSession session,
    TRequest request,
    IAccelioSerializer<TRequest> requestSerializer,
    IAccelioSerializer<TResponse> responseSerializer,
    OutboundMessage envelope) : IObservable<TResponse>
{
    private readonly Func<InboundMessage, TResponse> _read = MessageReader<TResponse>.For(responseSerializer).Function;

    /// <inheritdoc/>
    public IDisposable Subscribe(IObserver<TResponse> observer)
    {
        ArgumentNullException.ThrowIfNull(observer);
        var body = PayloadWriter.Rent();
        try
        {
            // The memory of a cold request is borrowed during Subscribe only.
            return session.Request(body.Write(request, requestSerializer, envelope), _read).Subscribe(observer);
        }
        catch (Exception exception)
        {
            observer.OnError(exception);
            return Disposable.Empty;
        }
        finally
        {
            body.Return();
        }
    }
}
