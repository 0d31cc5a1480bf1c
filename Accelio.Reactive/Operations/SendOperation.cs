using Accelio.Transports.Polling;

namespace Accelio.Reactive;

/// <summary>A one-way message whose sender waits until its memory is free.</summary>
internal sealed class SendOperation : CallOperation<MessageId>
{
    /// <inheritdoc/>
    protected override MessageId ToResult(MessageCore? answer) => Id;

    [ThreadStatic]
    private static SendOperation? _free;

    private SendOperation? _nextFree;

    /// <summary>An operation for a call: on the session's own poller one that stays there, else one that all threads share.</summary>
    public static SendOperation Rent(Poller poller)
    {
        if (!poller.IsCurrent)
        {
            return OperationPool<SendOperation>.Shared.Get();
        }

        if (_free is { } operation && operation.IsAt(poller))
        {
            _free = operation._nextFree;
            return operation;
        }

        operation = new SendOperation();
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
            OperationPool<SendOperation>.Shared.Return(this);
        }
    }
}
