namespace Accelio.Reactive;

/// <summary>What <see cref="AccelioServer.MigrateAsync(Func{AccelioSession, bool}, Uri, MigrationOptions?, CancellationToken)"/> has done.</summary>
/// <param name="Sessions">The sessions that were to be moved, in no order.</param>
public sealed record MigrationReport(IReadOnlyList<SessionMigration> Sessions)
{
    /// <summary>How many sessions have left.</summary>
    public int Left => Sessions.Count(static session => session.Outcome != MigrationOutcome.Stayed);

    /// <summary>Whether all have.</summary>
    public bool IsComplete => Left == Sessions.Count;
}
