namespace Accelio.Reactive;

/// <summary>The two shapes of links that a <see cref="SimulatedNetwork"/> offers; whoever connects chooses.</summary>
public enum SimulatedLinkKind
{
    /// <summary>A byte stream, as TCP: bodies follow their headers.</summary>
    Stream = 0,

    /// <summary>Fixed slots with exact transport credits, as RDMA and shared memory: large bodies are fetched later.</summary>
    Slots = 1,
}
