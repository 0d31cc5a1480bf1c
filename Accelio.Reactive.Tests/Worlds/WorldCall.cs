namespace Accelio.Reactive.Tests.Worlds;

/// <summary>What is known of a message that a program of a random world sends.</summary>
/// <param name="step">What sends it.</param>
/// <param name="session">Who.</param>
/// <param name="order">How many were sent before it.</param>
/// <param name="made">When, in ticks.</param>
internal sealed class WorldCall(WorldStep step, IWorldCaller session, int order, long made)
{
    public WorldStep Step => step;

    /// <summary>How many calls were made before it.</summary>
    public int Order => order;

    /// <summary>When it was made, in ticks.</summary>
    public long Made => made;

    /// <summary>Who sends it.</summary>
    public IWorldCaller Session => session;

    /// <summary>The servers that had it.</summary>
    public HashSet<int> Instances { get; } = [];

    /// <summary>When it came to the last of them, in ticks.</summary>
    public long CameLast { get; set; }

    /// <summary>How often its sender was told an end.</summary>
    public int Ends { get; set; }

    /// <summary>The end that said that no server had it.</summary>
    public string? NotBegun { get; set; }

    /// <summary>When the server had done what the sender waits for.</summary>
    public long Answered { get; set; } = long.MaxValue;

    /// <summary>When the sender gave up.</summary>
    public long GivenUp { get; set; } = long.MaxValue;

    /// <summary>Whether it was lost with its connection.</summary>
    public bool IsLost { get; set; }

    /// <summary>Whether it has left, and nobody waits for more.</summary>
    public bool WasSent { get; set; }
}
