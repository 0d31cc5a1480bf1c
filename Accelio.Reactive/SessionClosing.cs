namespace Accelio.Reactive;

/// <summary>One side has begun to close the session; nothing new is sent.</summary>
/// <param name="ByPeer">Whether the peer began.</param>
public sealed record SessionClosing(bool ByPeer) : AccelioSessionEvent;
