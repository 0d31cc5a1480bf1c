using System.Runtime.CompilerServices;

namespace Accelio.Reactive;

/// <summary>A request whose answer is read before its buffer goes back.</summary>
internal sealed class ReadRequestOperation<T> : CallOperation<T>
{
    private static readonly int Place = OperationCache.NewPlace();

    /// <summary>Makes the result of the answer.</summary>
    public Func<InboundMessage, T>? Read { get; set; }

    /// <inheritdoc/>
    protected override T ToResult(MessageCore? answer)
    {
        var version = answer!.Version;
        try
        {
            return Read!(new InboundMessage(answer));
        }
        finally
        {
            answer.ReleaseAtHome(version);
        }
    }

    /// <inheritdoc/>
    protected override void Reset()
    {
        base.Reset();
        Read = null;
    }

    /// <summary>An operation for a call: on the session's own context one that stays there, else one that all threads share.</summary>
    public static ReadRequestOperation<T> Rent(PollerContext context, bool isAtHome)
    {
        if (!isAtHome)
        {
            return OperationPool<ReadRequestOperation<T>>.Shared.Get();
        }

        if (context.Operations.TryTake(Place) is { } cached)
        {
            return Unsafe.As<ReadRequestOperation<T>>(cached);
        }

        var operation = new ReadRequestOperation<T>();
        operation.StayWith(context);
        return operation;
    }

    /// <inheritdoc/>
    protected override CallOperation<T> RentSame()
    {
        var same = OperationPool<ReadRequestOperation<T>>.Shared.Get();
        same.Read = Read;
        return same;
    }

    /// <inheritdoc/>
    protected override void ReturnToPool(PollerContext? home)
    {
        if (home is null)
        {
            OperationPool<ReadRequestOperation<T>>.Shared.Return(this);
        }
        else
        {
            home.Operations.Return(Place, this);
        }
    }
}
