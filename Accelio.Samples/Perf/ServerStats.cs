namespace Accelio.Samples.Perf;

/// <summary>What the server counts; between two of them, what happened meanwhile.</summary>
internal sealed record ServerStats
{
    public long Messages { get; init; }

    /// <summary>Bytes of their headers and bodies.</summary>
    public long Bytes { get; init; }

    public long Receipts { get; init; }

    public long AllocatedBytes { get; init; }

    public int GcCollections { get; init; }

    public double CpuSeconds { get; init; }

    public long WorkingSetBytes { get; init; }

    public int Sessions { get; init; }

    /// <summary>The counts since an earlier time; what is not a count is left as it is.</summary>
    public ServerStats Since(ServerStats earlier) => this with
    {
        Messages = Messages - earlier.Messages,
        Bytes = Bytes - earlier.Bytes,
        Receipts = Receipts - earlier.Receipts,
        AllocatedBytes = AllocatedBytes - earlier.AllocatedBytes,
        GcCollections = GcCollections - earlier.GcCollections,
        CpuSeconds = Math.Round(CpuSeconds - earlier.CpuSeconds, 3),
    };
}
