namespace Accelio.Samples.Chaos;

/// <summary>Lays the books of clients and servers side by side.</summary>
/// <param name="servers">The books of the server processes, by their numbers.</param>
internal sealed class Auditor(IReadOnlyList<string> servers)
{
    // More than were made: what lies behind must be empty.
    private const int Margin = 1000;

    /// <summary>What they say.</summary>
    public Verdict Verdict { get; } = new();

    /// <summary>Looks at one client.</summary>
    public void Audit(int client, string book)
    {
        var calls = ClientBook.Read(book);
        var executions = new int[calls.Count + Margin];
        var byAnswerer = new bool[calls.Count];
        var counts = new byte[executions.Length];
        for (var server = 0; server < servers.Count; server++)
        {
            ServerBook.Read(servers[server], client, counts);
            for (var next = 0; counts.AsSpan(next).IndexOfAnyExcept((byte)0) is >= 0 and var step; next++)
            {
                next += step;
                executions[next]++;
                Verdict.ExecutedTwice += counts[next] > 1 ? 1 : 0;
                byAnswerer[Math.Min(next, calls.Count - 1)] |= next < calls.Count && calls[next].Server == server;
            }
        }

        Verdict.Requests += calls.Count;
        Verdict.NeverMade += executions.AsSpan(calls.Count).ContainsAnyExcept(0) ? 1 : 0;
        for (var serial = 0; serial < calls.Count; serial++)
        {
            Count(calls[serial].End, executions[serial] > 0, byAnswerer[serial]);
        }
    }

    private void Count(CallEnd end, bool wasExecuted, bool byAnswerer)
    {
        _ = end switch
        {
            CallEnd.Open => Verdict.NeverEnded++,
            CallEnd.Answered => byAnswerer ? Verdict.Answered++ : Verdict.WrongAnswers++,
            CallEnd.FailedMaybe => Verdict.FailedMaybe++,
            CallEnd.FailedBefore => Verdict.FailedBefore++,
            CallEnd.Twice => Verdict.EndedTwice++,
            _ => Verdict.WrongAnswers++,
        };
        Verdict.FailedExecuted += end == CallEnd.FailedMaybe && wasExecuted ? 1 : 0;
        Verdict.WronglyDenied += end == CallEnd.FailedBefore && wasExecuted ? 1 : 0;
    }
}
