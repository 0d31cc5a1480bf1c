namespace Accelio.Reactive;

/// <summary>What became of every message that was to be aborted.</summary>
public sealed class AbortReport
{
    /// <summary>Creates a report; for fakes in tests.</summary>
    public AbortReport(IReadOnlyList<AbortRun> runs)
    {
        ArgumentNullException.ThrowIfNull(runs);
        Runs = runs;
    }

    /// <summary>Runs of ids with one outcome, each message in exactly one, in the order of their ids: those of calls on the session's context first.</summary>
    public IReadOnlyList<AbortRun> Runs { get; }

    /// <summary>The outcome of a message; null when it is not in the report.</summary>
    public AbortOutcome? this[MessageId id]
    {
        get
        {
            foreach (var run in Runs)
            {
                if (run.Range.Contains(id))
                {
                    return run.Outcome;
                }
            }

            return null;
        }
    }

    /// <summary>How many messages had an outcome.</summary>
    public long Count(AbortOutcome outcome)
    {
        long count = 0;
        foreach (var run in Runs)
        {
            count += run.Outcome == outcome ? run.Range.Count : 0;
        }

        return count;
    }
}
