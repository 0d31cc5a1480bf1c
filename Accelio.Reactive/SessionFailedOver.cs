namespace Accelio.Reactive;

/// <summary>
/// The server that had the session is gone, or has given it up, and the session goes on with a new one. What never left, and requests that are <see cref="OutboundMessage.Idempotent"/>, were sent there; the others have failed.
/// </summary>
/// <param name="Target">The URI at which the session goes on.</param>
public sealed record SessionFailedOver(string Target) : AccelioSessionEvent;
