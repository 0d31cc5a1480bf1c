namespace Accelio.Reactive;

/// <summary>
/// What a context was doing at one moment. Taken by <see cref="AccelioContext.GetSnapshot"/>. Taken on another thread than the context's, the figures need not be of exactly the same moment.
/// </summary>
public readonly record struct AccelioContextSnapshot
{
    /// <summary>Duty cycles so far: a figure that stands still while <see cref="PostedCalls"/> does not go back to 0 tells of a callback that blocks.</summary>
    public long Cycles { get; init; }

    /// <summary>Calls of other threads that wait for the context.</summary>
    public long PostedCalls { get; init; }

    /// <summary>Sessions and servers that live on the context.</summary>
    public int Residents { get; init; }

    /// <summary>Messages that arrived and whose leases have not ended.</summary>
    public long HeldMessages { get; init; }

    /// <summary>Bytes of memory in use for messages and receive buffers.</summary>
    public long MemoryInUse { get; init; }

    /// <summary>Bytes of address space that this memory comes out of.</summary>
    public long MemoryReserved { get; init; }

    /// <summary>Bytes of that which are huge pages: taken for RDMA, where the system has some.</summary>
    public long MemoryInHugePages { get; init; }

    /// <summary>Bytes of windows granted out of <see cref="AccelioContextOptions.ReceiveBudget"/>.</summary>
    public long BudgetTaken { get; init; }

    /// <summary>Whether somebody has disposed the context.</summary>
    public bool IsDisposed { get; init; }
}
