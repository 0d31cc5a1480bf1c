namespace Accelio.Reactive;

/// <summary>A one-way message whose sender waits until its memory is free.</summary>
internal sealed class SendOperation : CallOperation<MessageId>
{
    /// <inheritdoc/>
    protected override MessageId ToResult(MessageCore? answer) => Id;

    /// <inheritdoc/>
    protected override void ReturnToPool() => OperationPool<SendOperation>.Shared.Return(this);
}
