namespace Accelio.Reactive;

/// <summary>
/// A connection of the session has lost its link, and the session holds on to it (<see cref="AccelioPeerOptions.Resume"/>): a client dials again, a server waits for that. Messages are still taken, and wait. What follows is
/// <see cref="SessionResumed"/>, <see cref="SessionFailedOver"/>, or the end.
/// </summary>
/// <param name="Detail">How the link was lost.</param>
public sealed record SessionReconnecting(string Detail) : AccelioSessionEvent;
