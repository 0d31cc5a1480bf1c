using System.Runtime.CompilerServices;

namespace Accelio.Reactive;

/// <summary>A handler of values around one of requests: reads, calls, answers.</summary>
internal sealed class TypedHandler<TRequest, TResponse>
{
    private readonly Func<InboundMessage, TRequest> _read;
    private readonly IAccelioSerializer<TResponse> _responseSerializer;
    private readonly Func<TRequest, InboundRequest, ValueTask<TResponse>> _handler;

    public TypedHandler(
        IAccelioSerializer<TRequest> requestSerializer,
        IAccelioSerializer<TResponse> responseSerializer,
        Func<TRequest, InboundRequest, ValueTask<TResponse>> handler)
    {
        ArgumentNullException.ThrowIfNull(requestSerializer);
        ArgumentNullException.ThrowIfNull(responseSerializer);
        ArgumentNullException.ThrowIfNull(handler);
        _read = MessageReader<TRequest>.For(requestSerializer).Function;
        _responseSerializer = responseSerializer;
        _handler = handler;
    }

    /// <summary>Handles one request.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public async ValueTask HandleAsync(InboundRequest request)
    {
        TRequest value;
        try
        {
            value = _read(request.Message);
        }
        catch (SerializationFailedException exception)
        {
            // The requester learns the type; what the serializer said goes to our log, as everything that leaves a handler.
            await request.FailAsync(exception.Status, $"the request cannot be read as {typeof(TRequest).Name}").ConfigureAwait(false);
            throw;
        }

        var response = await _handler(value, request);
        if (request.MayBeAnswered)
        {
            await request.RespondAsync(response, _responseSerializer).ConfigureAwait(false);
        }
    }
}
