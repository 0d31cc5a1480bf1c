namespace Accelio.Reactive;

/// <summary>A handle of an outgoing message, unique within its session and given out when the call is made. It never travels.</summary>
/// <param name="Value">Positive; 0 is no message.</param>
public readonly record struct MessageId(long Value);
