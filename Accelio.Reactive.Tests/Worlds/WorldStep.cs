namespace Accelio.Reactive.Tests.Worlds;

/// <summary>A step of a random world; complete in itself, so that others can be left out.</summary>
/// <param name="Number">Its number: that of the message it sends.</param>
/// <param name="At">When, from the beginning.</param>
/// <param name="Kind">What.</param>
/// <param name="Slot">The session.</param>
/// <param name="Length">Bytes of the message.</param>
/// <param name="Time">How long what it begins lasts: the handler, the partition, until the restart.</param>
/// <param name="Limit">The time limit of the request; null is the usual one.</param>
/// <param name="CancelAfter">When its token fires; null is never.</param>
/// <param name="Answer">What the handler does.</param>
/// <param name="Other">Whether the far end suffers, where one does; whether all sessions are moved.</param>
/// <param name="Near">The host, or one address of it, where what happens to links happens; the server whose sessions are moved.</param>
/// <param name="Far">The host at the other end; the server to which they are moved.</param>
internal sealed record WorldStep(
    int Number, TimeSpan At, StepKind Kind, int Slot, int Length, TimeSpan Time, TimeSpan? Limit, TimeSpan? CancelAfter, AnswerKind Answer, bool Other, string Near, string Far)
{
    /// <summary>Whether a request may be run again, by another server.</summary>
    public bool Idempotent => Kind == StepKind.Ask && Number % 3 == 1;

    /// <inheritdoc/>
    public override string ToString() => Kind switch
    {
        StepKind.Ask => $"{Head}, {Length} bytes, handler {Time.TotalMilliseconds} ms then {Answer}, limit {Limit?.TotalMilliseconds}, token {CancelAfter?.TotalMilliseconds}{(Idempotent ? ", idempotent" : null)}",
        StepKind.Send or StepKind.Deliver => $"{Head}, {Length} bytes, kept {Time.TotalMilliseconds} ms{(Answer == AnswerKind.Fail ? ", rejected" : null)}, token {CancelAfter?.TotalMilliseconds}",
        StepKind.Migrate => $"{At.TotalMilliseconds,8:0.000} ms #{Number} {Kind} {(Other ? "all" : "some")} from {Near} to {Far}, limit {Limit?.TotalMilliseconds}",
        >= StepKind.Cut => $"{At.TotalMilliseconds,8:0.000} ms #{Number} {Kind} between {Near} and {Far}, {Time.TotalMilliseconds} ms, {(Other ? Far : Near)}",
        _ => $"{Head}, {Time.TotalMilliseconds} ms, {(Other ? "server" : "client")}",
    };

    private string Head => $"{At.TotalMilliseconds,8:0.000} ms #{Number} {Kind} slot {Slot}";
}
