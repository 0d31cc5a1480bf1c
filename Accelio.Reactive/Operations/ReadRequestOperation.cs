using Accelio.Transports.Polling;

namespace Accelio.Reactive;

/// <summary>A request whose answer is read before its buffer goes back.</summary>
internal sealed class ReadRequestOperation<T> : CallOperation<T>
{
    /// <summary>Makes the result of the answer.</summary>
    public Func<InboundMessage, T>? Read { get; set; }

    /// <inheritdoc/>
    protected override T ToResult(MessageCore? answer)
    {
        answer!.Session = Session;
        var message = new InboundMessage(answer);
        try
        {
            return Read!(message);
        }
        finally
        {
            message.Dispose();
        }
    }

    /// <inheritdoc/>
    protected override void Reset()
    {
        base.Reset();
        Read = null;
    }

    [ThreadStatic]
    private static ReadRequestOperation<T>? _free;

    private ReadRequestOperation<T>? _nextFree;

    /// <summary>An operation for a call: on the session's own poller one that stays there, else one that all threads share.</summary>
    public static ReadRequestOperation<T> Rent(Poller poller)
    {
        if (!poller.IsCurrent)
        {
            return OperationPool<ReadRequestOperation<T>>.Shared.Get();
        }

        if (_free is { } operation && operation.IsAt(poller))
        {
            _free = operation._nextFree;
            return operation;
        }

        operation = new ReadRequestOperation<T>();
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
            OperationPool<ReadRequestOperation<T>>.Shared.Return(this);
        }
    }
}
