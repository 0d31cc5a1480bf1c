namespace Accelio.Reactive;

/// <summary>Settings of a migration; copied when it begins.</summary>
public sealed class MigrationOptions
{
    /// <summary>How long the work of a session may take that is under way when its migration begins, and its hand-over; clients' new messages wait as long. When it is over the session goes on where it was.</summary>
    public TimeSpan Limit { get; set; } = TimeSpan.FromSeconds(10);

    internal long Validate()
    {
        Check.PositiveTime(Limit, nameof(Limit));
        return Check.TicksOf(Limit);
    }
}
