namespace Accelio.Reactive;

/// <summary>The peer's word that it has seen a message.</summary>
/// <param name="Id">The message.</param>
/// <param name="Accepted">Whether the peer's application took it; false when it rejected it or threw.</param>
public readonly record struct DeliveryReceipt(MessageId Id, bool Accepted);
