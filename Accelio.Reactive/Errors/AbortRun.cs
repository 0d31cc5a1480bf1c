namespace Accelio.Reactive;

/// <summary>Messages with consecutive ids and one outcome.</summary>
/// <param name="Range">The messages.</param>
/// <param name="Outcome">What became of each.</param>
public readonly record struct AbortRun(MessageRange Range, AbortOutcome Outcome);
