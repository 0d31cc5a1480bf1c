namespace Accelio.Reactive;

/// <summary>Something that waits in a <see cref="DeliveryQueue"/> to call user code.</summary>
internal interface IDelivery
{
    /// <summary>Delivers one thing, the oldest that waits; called once for every time it was added. Context only.</summary>
    void Deliver();
}
