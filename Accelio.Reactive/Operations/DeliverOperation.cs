using System.Runtime.CompilerServices;

namespace Accelio.Reactive;

/// <summary>A one-way message whose sender waits for the receipt.</summary>
internal sealed class DeliverOperation : CallOperation<DeliveryReceipt>
{
    private static readonly int Place = OperationCache.NewPlace();

    /// <inheritdoc/>
    protected override DeliveryReceipt ToResult(MessageCore? answer) => new(Id, Accepted);

    /// <summary>An operation for a call: on the session's own context one that stays there, else one that all threads share.</summary>
    public static DeliverOperation Rent(PollerContext context, bool isAtHome)
    {
        if (!isAtHome)
        {
            return OperationPool<DeliverOperation>.Shared.Get();
        }

        if (context.Operations.TryTake(Place) is { } cached)
        {
            return Unsafe.As<DeliverOperation>(cached);
        }

        var operation = new DeliverOperation();
        operation.StayWith(context);
        return operation;
    }

    /// <inheritdoc/>
    protected override CallOperation<DeliveryReceipt> RentSame() => OperationPool<DeliverOperation>.Shared.Get();

    /// <inheritdoc/>
    protected override void ReturnToPool(PollerContext? home)
    {
        if (home is null)
        {
            OperationPool<DeliverOperation>.Shared.Return(this);
        }
        else
        {
            home.Operations.Return(Place, this);
        }
    }
}
