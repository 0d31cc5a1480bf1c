namespace Accelio.Reactive;

/// <summary>
/// A handle of an outgoing message, unique within its session and given out when the call is made. It never travels. Ids of calls made on the session's context are even and grow, those of calls made
/// elsewhere are odd and grow; in a session with several connections all are odd.
/// </summary>
/// <param name="Value">Positive; 0 is no message.</param>
public readonly record struct MessageId(long Value);
