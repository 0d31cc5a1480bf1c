namespace Accelio.Reactive;

/// <summary>What became of one session that was to be moved.</summary>
/// <param name="Session">The session, as the old server knows it.</param>
/// <param name="Outcome">What became of it.</param>
/// <param name="Detail">Why it stayed, for a person; empty when it did not.</param>
public sealed record SessionMigration(AccelioSession Session, MigrationOutcome Outcome, string Detail);
