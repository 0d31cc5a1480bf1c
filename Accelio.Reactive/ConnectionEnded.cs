namespace Accelio.Reactive;

/// <summary>A connection of the session is over, or could not be made; the session goes on with its others.</summary>
/// <param name="Status">The status nearest to it.</param>
/// <param name="Detail">For a person.</param>
public sealed record ConnectionEnded(AccelioStatus Status, string Detail) : AccelioSessionEvent;
