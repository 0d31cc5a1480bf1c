using Accelio.Transports.Polling;

namespace Accelio.Reactive;

/// <summary>A one-way message whose sender waits for the receipt.</summary>
internal sealed class DeliverOperation : CallOperation<DeliveryReceipt>
{
    /// <inheritdoc/>
    protected override DeliveryReceipt ToResult(MessageCore? answer) => new(Id, Accepted);

    [ThreadStatic]
    private static DeliverOperation? _free;

    private DeliverOperation? _nextFree;

    /// <summary>An operation for a call: on the session's own poller one that stays there, else one that all threads share.</summary>
    public static DeliverOperation Rent(Poller poller)
    {
        if (!poller.IsCurrent)
        {
            return OperationPool<DeliverOperation>.Shared.Get();
        }

        if (_free is { } operation && operation.IsAt(poller))
        {
            _free = operation._nextFree;
            return operation;
        }

        operation = new DeliverOperation();
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
            OperationPool<DeliverOperation>.Shared.Return(this);
        }
    }
}
