namespace Accelio.Reactive;

/// <summary>The session is over; nothing follows.</summary>
/// <param name="Reason">Why.</param>
/// <param name="Status">The status code nearest to it.</param>
/// <param name="Detail">What a person may want to know; never null, empty for an orderly close.</param>
public sealed record SessionClosed(CloseReason Reason, AccelioStatus Status, string Detail) : AccelioSessionEvent;
