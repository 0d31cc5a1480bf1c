namespace Accelio.Native.Verbs;

/// <summary>What was found when a machine was asked for RDMA.</summary>
internal readonly record struct VerbsFindings
{
    /// <summary>Whether the system is Linux on a 64-bit processor: the only one whose structures are known.</summary>
    public bool IsKnownSystem { get; init; }

    /// <summary>The library that could not be loaded; null when all could.</summary>
    public string? MissingLibrary { get; init; }

    /// <summary>How many devices there are.</summary>
    public int Devices { get; init; }

    /// <summary>The negated error number with which the devices could not be listed; 0 when they could.</summary>
    public int ListResult { get; init; }

    /// <summary>The negated error number with which no event channel could be made; 0 when one could.</summary>
    public int ChannelResult { get; init; }
}
