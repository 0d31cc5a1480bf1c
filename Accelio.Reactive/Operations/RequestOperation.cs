using Accelio.Transports.Polling;

namespace Accelio.Reactive;

/// <summary>A request whose answer the caller owns.</summary>
internal sealed class RequestOperation : CallOperation<InboundMessage>
{
    /// <inheritdoc/>
    protected override InboundMessage ToResult(MessageCore? answer)
    {
        answer!.Session = Session;
        return new InboundMessage(answer);
    }

    [ThreadStatic]
    private static RequestOperation? _free;

    private RequestOperation? _nextFree;

    /// <summary>An operation for a call: on the session's own poller one that stays there, else one that all threads share.</summary>
    public static RequestOperation Rent(Poller poller)
    {
        if (!poller.IsCurrent)
        {
            return OperationPool<RequestOperation>.Shared.Get();
        }

        if (_free is { } operation && operation.IsAt(poller))
        {
            _free = operation._nextFree;
            return operation;
        }

        operation = new RequestOperation();
        operation.StayWith(poller);
        return operation;
    }

    /// <inheritdoc/>
    protected override void ReturnToPool()
    {
        if (IsLocal)
        {
            _nextFree = _free;
            _free = this;
        }
        else
        {
            OperationPool<RequestOperation>.Shared.Return(this);
        }
    }
}
