namespace Accelio.Transports.Memory;

/// <summary>A limit on the bytes that may be held for incoming messages, for one context or a whole process. Any thread.</summary>
internal sealed class ReceiveBudget
{
    public ReceiveBudget(long limit) => Limit = limit;

    public long Limit { get; }

    public long Taken => throw null!;

    public bool TryTake(long bytes) => throw null!;

    public void Return(long bytes) => throw null!;
}
