namespace Accelio.Reactive;

/// <summary>What became of a session that was to be moved.</summary>
public enum MigrationOutcome
{
    /// <summary>It stays where it was, and works on: it could not be moved, or not in time. Or it has ended meanwhile.</summary>
    Stayed = 0,

    /// <summary>It is at the other place, with all that belongs to it, and its client was told.</summary>
    Migrated = 1,

    /// <summary>Its client was told to begin a new session at the other place; this one closes.</summary>
    BegunAnew = 2,
}
