using System.Runtime.CompilerServices;

namespace Accelio.Reactive;

/// <summary>Where a typed message goes: a session, or one of its connections, which have the same verbs. Writes the body, sends it, and
/// takes the buffer back.</summary>
internal readonly struct TypedTarget
{
    private readonly AccelioSession? _session;
    private readonly AccelioConnection? _connection;

    public TypedTarget(AccelioSession session)
    {
        ArgumentNullException.ThrowIfNull(session);
        _session = session;
    }

    public TypedTarget(AccelioConnection connection)
    {
        ArgumentNullException.ThrowIfNull(connection);
        _connection = connection;
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<TResponse> RequestAsync<TRequest, TResponse>(
        TRequest request,
        IAccelioSerializer<TRequest> requestSerializer,
        IAccelioSerializer<TResponse> responseSerializer,
        OutboundMessage envelope,
        CancellationToken cancellationToken)
    {
        var read = MessageReader<TResponse>.For(responseSerializer).Function;
        var body = PayloadWriter.Rent();
        try
        {
            var message = body.Write(request, requestSerializer, envelope);
            var answer = _session is { } session
                ? session.RequestAsync(message, read, cancellationToken)
                : _connection!.RequestAsync(message, read, cancellationToken);
            return await answer.ConfigureAwait(false);
        }
        finally
        {
            body.Return();
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<MessageId> SendAsync<T>(
        T value,
        IAccelioSerializer<T> serializer,
        OutboundMessage envelope,
        CancellationToken cancellationToken)
    {
        var body = PayloadWriter.Rent();
        try
        {
            var message = body.Write(value, serializer, envelope);
            var sent = _session is { } session
                ? session.SendAsync(message, cancellationToken)
                : _connection!.SendAsync(message, cancellationToken);
            return await sent.ConfigureAwait(false);
        }
        finally
        {
            body.Return();
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<DeliveryReceipt> DeliverAsync<T>(
        T value,
        IAccelioSerializer<T> serializer,
        OutboundMessage envelope,
        CancellationToken cancellationToken)
    {
        var body = PayloadWriter.Rent();
        try
        {
            var message = body.Write(value, serializer, envelope);
            var receipt = _session is { } session
                ? session.DeliverAsync(message, cancellationToken)
                : _connection!.DeliverAsync(message, cancellationToken);
            return await receipt.ConfigureAwait(false);
        }
        finally
        {
            body.Return();
        }
    }
}
