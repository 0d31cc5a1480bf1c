namespace Accelio.Reactive;

/// <summary>One lease in a <see cref="LeaseReport"/>.</summary>
/// <param name="Session">URI of the session that the message came on.</param>
/// <param name="PayloadLength">Length of the body in bytes.</param>
/// <param name="Holder">The method that took the lease, or what the library does with the message.</param>
/// <param name="HeldFor">How long it has held.</param>
public sealed record HeldLease(string Session, int PayloadLength, string Holder, TimeSpan HeldFor);
