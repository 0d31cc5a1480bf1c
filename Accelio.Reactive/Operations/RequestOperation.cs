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

    /// <inheritdoc/>
    protected override void ReturnToPool() => OperationPool<RequestOperation>.Shared.Return(this);
}
