using System.Runtime.CompilerServices;

namespace Accelio.Reactive;

/// <summary>
/// The calls with values instead of bytes, by an <see cref="IAccelioSerializer{T}"/> for each type. What holds for the calls they stand on
/// holds for them: threads, where awaits continue, time limits, exceptions. A body is written into a pooled buffer, and read where it was
/// received, on the context. An <c>envelope</c> is what goes with the body: header, time limit, options; its own payload is not sent.
/// </summary>
public static partial class TypedMessages
{
    /// <summary>Sends a request and reads its answer; see <see cref="AccelioSession.RequestAsync{T}"/>.</summary>
    /// <exception cref="SerializationFailedException">The answer is no <typeparamref name="TResponse"/>.</exception>
    public static ValueTask<TResponse> RequestAsync<TRequest, TResponse>(
        this AccelioSession session,
        TRequest request,
        IAccelioSerializer<TRequest> requestSerializer,
        IAccelioSerializer<TResponse> responseSerializer,
        OutboundMessage envelope = default,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(requestSerializer);
        ArgumentNullException.ThrowIfNull(responseSerializer);
        return VirtualCall<TResponse>.Around(
            new TypedTarget(session).RequestAsync(request, requestSerializer, responseSerializer, envelope, cancellationToken));
    }

    /// <summary>Sends a request on one connection and reads its answer; see <see cref="AccelioConnection.RequestAsync{T}"/>.</summary>
    /// <exception cref="SerializationFailedException">The answer is no <typeparamref name="TResponse"/>.</exception>
    public static ValueTask<TResponse> RequestAsync<TRequest, TResponse>(
        this AccelioConnection connection,
        TRequest request,
        IAccelioSerializer<TRequest> requestSerializer,
        IAccelioSerializer<TResponse> responseSerializer,
        OutboundMessage envelope = default,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(requestSerializer);
        ArgumentNullException.ThrowIfNull(responseSerializer);
        return VirtualCall<TResponse>.Around(
            new TypedTarget(connection).RequestAsync(request, requestSerializer, responseSerializer, envelope, cancellationToken));
    }

    /// <summary>A cold request: every subscription writes the request as it is then, sends it once and pushes its answer. See
    /// <see cref="AccelioSession.Request{T}"/>. What the serializers throw comes as OnError.</summary>
    public static IObservable<TResponse> Request<TRequest, TResponse>(
        this AccelioSession session,
        TRequest request,
        IAccelioSerializer<TRequest> requestSerializer,
        IAccelioSerializer<TResponse> responseSerializer,
        OutboundMessage envelope = default)
    {
        ArgumentNullException.ThrowIfNull(session);
        ArgumentNullException.ThrowIfNull(requestSerializer);
        ArgumentNullException.ThrowIfNull(responseSerializer);
        return new TypedColdRequest<TRequest, TResponse>(session, request, requestSerializer, responseSerializer, envelope);
    }

    /// <summary>Sends a one-way message; see <see cref="AccelioSession.SendAsync"/>.</summary>
    public static ValueTask<MessageId> SendAsync<T>(
        this AccelioSession session,
        T value,
        IAccelioSerializer<T> serializer,
        OutboundMessage envelope = default,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(serializer);
        return VirtualCall<MessageId>.Around(new TypedTarget(session).SendAsync(value, serializer, envelope, cancellationToken));
    }

    /// <summary>Sends a one-way message on one connection; see <see cref="AccelioConnection.SendAsync"/>.</summary>
    public static ValueTask<MessageId> SendAsync<T>(
        this AccelioConnection connection,
        T value,
        IAccelioSerializer<T> serializer,
        OutboundMessage envelope = default,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(serializer);
        return VirtualCall<MessageId>.Around(new TypedTarget(connection).SendAsync(value, serializer, envelope, cancellationToken));
    }

    /// <summary>Sends a one-way message and waits for its receipt; see <see cref="AccelioSession.DeliverAsync"/>.</summary>
    public static ValueTask<DeliveryReceipt> DeliverAsync<T>(
        this AccelioSession session,
        T value,
        IAccelioSerializer<T> serializer,
        OutboundMessage envelope = default,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(serializer);
        return VirtualCall<DeliveryReceipt>.Around(new TypedTarget(session).DeliverAsync(value, serializer, envelope, cancellationToken));
    }

    /// <summary>Sends a one-way message on one connection and waits for its receipt; see
    /// <see cref="AccelioConnection.DeliverAsync"/>.</summary>
    public static ValueTask<DeliveryReceipt> DeliverAsync<T>(
        this AccelioConnection connection,
        T value,
        IAccelioSerializer<T> serializer,
        OutboundMessage envelope = default,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(serializer);
        return VirtualCall<DeliveryReceipt>.Around(new TypedTarget(connection).DeliverAsync(value, serializer, envelope, cancellationToken));
    }

    /// <summary>Answers with a value; see <see cref="InboundRequest.RespondAsync"/>.</summary>
    public static ValueTask RespondAsync<T>(
        this InboundRequest request,
        T value,
        IAccelioSerializer<T> serializer,
        OutboundMessage envelope = default)
    {
        ArgumentNullException.ThrowIfNull(serializer);
        var body = PayloadWriter.Rent();
        ValueTask task;
        try
        {
            task = request.RespondAsync(body.Write(value, serializer, envelope));
        }
        catch
        {
            body.Return();
            throw;
        }

        if (!task.IsCompletedSuccessfully)
        {
            return VirtualCall<bool>.Around(ReturnAfter(task, body));
        }

        body.Return();
        return task;
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private static async ValueTask ReturnAfter(ValueTask task, PayloadWriter body)
    {
        try
        {
            await task.ConfigureAwait(false);
        }
        finally
        {
            body.Return();
        }
    }
}
