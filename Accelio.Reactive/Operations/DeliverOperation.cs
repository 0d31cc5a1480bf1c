namespace Accelio.Reactive;

/// <summary>A one-way message whose sender waits for the receipt.</summary>
internal sealed class DeliverOperation : CallOperation<DeliveryReceipt>
{
    /// <inheritdoc/>
    protected override DeliveryReceipt ToResult(MessageCore? answer) => new(Id, Accepted);

    /// <inheritdoc/>
    protected override void ReturnToPool() => OperationPool<DeliverOperation>.Shared.Return(this);
}
