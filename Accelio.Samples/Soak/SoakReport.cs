namespace Accelio.Samples.Soak;

/// <summary>The outcome of a run.</summary>
internal sealed record SoakReport
{
    public string Mode { get; } = "soak";

    public double Seconds { get; init; }

    public int Clients { get; init; }

    public int Seed { get; init; }

    /// <summary>What the clients did that were alive at the end.</summary>
    public required ClientReport Survivors { get; init; }

    /// <summary>Messages that reached the server, those of killed clients included.</summary>
    public long ServerMessages { get; init; }

    /// <summary>Clients that were killed and replaced.</summary>
    public int Kills { get; init; }

    /// <summary>What went wrong, in words; empty on success.</summary>
    public required IReadOnlyList<string> Errors { get; init; }

    /// <summary>Memory samples taken of the server.</summary>
    public int Samples { get; init; }

    /// <summary>Private memory of the server after a full collection, averaged over the second third of the run, bytes.</summary>
    public long SecondThirdBytes { get; init; }

    /// <summary>The same over the last third.</summary>
    public long LastThirdBytes { get; init; }

    /// <summary>How much more the second is than the first, per cent.</summary>
    public double GrowthPercent { get; init; }

    /// <summary>Descriptors of the server before the first client came.</summary>
    public int DescriptorsBefore { get; init; }

    /// <summary>Descriptors of the server after the last client had gone.</summary>
    public int DescriptorsAfter { get; init; }

    /// <summary>Whether the run was ended before its time by Ctrl-C.</summary>
    public bool Interrupted { get; init; }

    public bool Success => Errors.Count == 0;
}
