namespace Accelio.Reactive.Engine;

/// <summary>Why an operation failed, as a value: the engine knows no exceptions of the surface.</summary>
/// <param name="Kind">What kind of failure.</param>
/// <param name="Status">The status nearest to it.</param>
/// <param name="Detail">What happened and what to do, for the exception's message.</param>
/// <param name="MayHaveExecuted">Whether the peer may have executed the message.</param>
/// <param name="Cause">What the caller's memory threw.</param>
/// <param name="Outcome">Messages given up: what was certain about them at the end of the call.</param>
internal readonly record struct Failure(
    FailureKind Kind,
    AccelioStatus Status,
    string Detail,
    bool MayHaveExecuted = false,
    Exception? Cause = null,
    AbortOutcome Outcome = AbortOutcome.NotSent)
{
    /// <summary>The same failure for a message that had left, or had not.</summary>
    public Failure For(bool sent) => this with { MayHaveExecuted = sent };
}
