namespace Accelio.Reactive;

/// <summary>Something that went wrong on a session and is nobody's return value: see <see cref="AccelioSession.Errors"/>. Equal when all members are equal.</summary>
/// <param name="Status">The status code nearest to it.</param>
/// <param name="Message">What happened, why, and what to do.</param>
public sealed record AccelioError(AccelioStatus Status, string Message);
