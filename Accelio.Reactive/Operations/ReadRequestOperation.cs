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

    /// <inheritdoc/>
    protected override void ReturnToPool() => OperationPool<ReadRequestOperation<T>>.Shared.Return(this);
}
