namespace Accelio.Reactive.Tests.Allocation;

/// <summary>One row of the allocation gates: what is done how often.</summary>
internal sealed record Gate(string Name, Func<GateWorld, int, Task> Loop)
{
    /// <summary>Length of the bodies in bytes.</summary>
    public int Size { get; init; } = 32;

    /// <summary>Loops that run at a time.</summary>
    public int Depth { get; init; } = 64;

    /// <summary>Messages that are measured.</summary>
    public int Messages { get; init; } = 1_000_000;

    /// <summary>Bytes that a message may cost, and must stay below.</summary>
    public int Allowance { get; init; } = 1;

    /// <summary>Whether the loops run on the thread pool and not on the session's context.</summary>
    public bool OnPool { get; init; }

    /// <summary>The most messages that wait for their leases to end.</summary>
    public int Window { get; init; } = 4096;

    /// <summary>Whether the session survives its link, so that everything is kept until it is acknowledged.</summary>
    public bool Resumes { get; init; }

    /// <summary>Whether the server chooses memory for long bodies.</summary>
    public bool ChoosesMemory { get; init; }

    /// <summary>How the bytes are moved.</summary>
    public TcpEngine Engine { get; init; }

    /// <summary>Whether the contexts sleep as soon as they have nothing to do.</summary>
    public bool NeverSpins { get; init; }

    /// <summary>Makes the server ready.</summary>
    public Action<GateWorld> Prepare { get; init; } = static world => world.Server.Handle(static request => request.RespondAsync(request.Payload));
}
