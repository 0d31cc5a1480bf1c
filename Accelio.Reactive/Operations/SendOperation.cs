using System.Runtime.CompilerServices;

namespace Accelio.Reactive;

/// <summary>A one-way message whose sender waits until its memory is free.</summary>
internal sealed class SendOperation : CallOperation<MessageId>
{
    private static readonly int Place = OperationCache.NewPlace();

    /// <inheritdoc/>
    protected override MessageId ToResult(MessageCore? answer) => Id;

    /// <summary>An operation for a call: on the session's own context one that stays there, else one that all threads share.</summary>
    public static SendOperation Rent(PollerContext context, bool isAtHome)
    {
        if (!isAtHome)
        {
            return OperationPool<SendOperation>.Shared.Get();
        }

        if (context.Operations.TryTake(Place) is { } cached)
        {
            return Unsafe.As<SendOperation>(cached);
        }

        var operation = new SendOperation();
        operation.StayWith(context);
        return operation;
    }

    /// <inheritdoc/>
    protected override CallOperation<MessageId> RentSame() => OperationPool<SendOperation>.Shared.Get();

    /// <inheritdoc/>
    protected override void ReturnToPool(PollerContext? home)
    {
        if (home is null)
        {
            OperationPool<SendOperation>.Shared.Return(this);
        }
        else
        {
            home.Operations.Return(Place, this);
        }
    }
}
