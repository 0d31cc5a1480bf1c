namespace Accelio.Samples.Chaos;

/// <summary>The outcome of a run.</summary>
internal sealed record ChaosReport
{
    public string Mode { get; } = "chaos";

    public double Seconds { get; init; }

    public int Seed { get; init; }

    public bool Resume { get; init; }

    /// <summary>What happened to servers, and how often.</summary>
    public required IReadOnlyDictionary<FaultKind, int> Faults { get; init; }

    /// <summary>Server processes, one after the other at each address.</summary>
    public int ServerProcesses { get; init; }

    /// <summary>Sessions that the clients opened.</summary>
    public int Sessions { get; init; }

    /// <summary>Sessions that moved from one server to another.</summary>
    public int Moved { get; init; }

    /// <summary>Sessions that should have moved, and stayed: their links were lost, or they ended.</summary>
    public int Stayed { get; init; }

    /// <summary>What the books say.</summary>
    public required Verdict Verdict { get; init; }

    /// <summary>What else went wrong, in words; empty on success.</summary>
    public required IReadOnlyList<string> Errors { get; init; }

    public bool Success => Errors.Count == 0 && Verdict.IsGood;
}
