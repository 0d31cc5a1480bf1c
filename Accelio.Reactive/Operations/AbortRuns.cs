namespace Accelio.Reactive;

/// <summary>Puts the runs of a report in order.</summary>
internal static class AbortRuns
{
    /// <summary>The report of runs that do not overlap: sorted, and joined where they belong together.</summary>
    public static AbortReport ToReport(List<AbortRun> runs)
    {
        runs.Sort(static (one, other) => Order(one).CompareTo(Order(other)));
        var joined = new List<AbortRun>();
        foreach (var run in runs)
        {
            Append(joined, run);
        }

        return new AbortReport(joined);
    }

    /// <summary>The same for one range, whose other messages are unknown.</summary>
    public static AbortReport ToReport(MessageRange range, List<AbortRun> runs)
    {
        runs.Sort(static (one, other) => Order(one).CompareTo(Order(other)));
        var joined = new List<AbortRun>();
        var next = range.First.Value;
        foreach (var run in runs)
        {
            AppendUnknown(joined, next, run.Range.First.Value - 2);
            Append(joined, run);
            next = run.Range.Last.Value + 2;
        }

        AppendUnknown(joined, next, range.Last.Value);
        return new AbortReport(joined);
    }

    /// <summary>Adds a run behind others, joined with the last one if it follows that with the same outcome.</summary>
    public static void Append(List<AbortRun> runs, AbortRun run)
    {
        if (runs.Count != 0 && runs[^1] is var last && last.Outcome == run.Outcome && last.Range.Last.Value + 2 == run.Range.First.Value)
        {
            runs[^1] = last with { Range = new MessageRange(last.Range.First, run.Range.Last) };
        }
        else
        {
            runs.Add(run);
        }
    }

    private static void AppendUnknown(List<AbortRun> runs, long first, long last)
    {
        if (first <= last)
        {
            runs.Add(new AbortRun(new MessageRange(new MessageId(first), new MessageId(last)), AbortOutcome.Unknown));
        }
    }

    private static (long Kind, long Value) Order(AbortRun run) => (run.Range.First.Value & 1, run.Range.First.Value);
}
