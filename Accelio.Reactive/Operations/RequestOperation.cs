using System.Runtime.CompilerServices;

namespace Accelio.Reactive;

/// <summary>A request whose answer the caller owns.</summary>
internal sealed class RequestOperation : CallOperation<InboundMessage>
{
    private static readonly int Place = OperationCache.NewPlace();

    /// <summary>Who asked, when leases are audited.</summary>
    public string? Holder { get; set; }

    /// <inheritdoc/>
    protected override InboundMessage ToResult(MessageCore? answer) => new(answer!.PassOn(movesOut: !IsLocal, Holder));

    /// <summary>An operation for a call: on the session's own context one that stays there, else one that all threads share.</summary>
    public static RequestOperation Rent(PollerContext context, bool isAtHome)
    {
        if (!isAtHome)
        {
            return OperationPool<RequestOperation>.Shared.Get();
        }

        if (context.Operations.TryTake(Place) is { } cached)
        {
            return Unsafe.As<RequestOperation>(cached);
        }

        var operation = new RequestOperation();
        operation.StayWith(context);
        return operation;
    }

    /// <inheritdoc/>
    protected override CallOperation<InboundMessage> RentSame()
    {
        var same = OperationPool<RequestOperation>.Shared.Get();
        same.Holder = Holder;
        return same;
    }

    /// <inheritdoc/>
    protected override void ReturnToPool(PollerContext? home)
    {
        if (home is null)
        {
            OperationPool<RequestOperation>.Shared.Return(this);
        }
        else
        {
            home.Operations.Return(Place, this);
        }
    }
}
