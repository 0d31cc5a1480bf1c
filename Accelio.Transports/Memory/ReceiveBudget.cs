namespace Accelio.Transports.Memory;

/// <summary>
/// A limit on the bytes held for incoming messages, for one context or a whole process: what a peer announces is taken from here before
/// memory is rented for it, and "not now" is the answer when it is used up. Any thread.
/// </summary>
internal sealed class ReceiveBudget
{
    private long _taken;

    /// <summary>Creates a budget of <paramref name="limit"/> bytes.</summary>
    public ReceiveBudget(long limit)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(limit);
        Limit = limit;
    }

    /// <summary>How many bytes there are in all.</summary>
    public long Limit { get; }

    /// <summary>How many bytes are taken at this moment.</summary>
    public long Taken => Volatile.Read(ref _taken);

    /// <summary>Takes bytes, all or none. Whoever takes returns exactly as many.</summary>
    public bool TryTake(long bytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(bytes);
        var taken = Volatile.Read(ref _taken);
        while (bytes <= Limit - taken)
        {
            var seen = Interlocked.CompareExchange(ref _taken, taken + bytes, taken);
            if (seen == taken)
            {
                return true;
            }

            taken = seen;
        }

        return false;
    }

    /// <summary>Gives bytes back. <see cref="InvalidOperationException"/> when more come back than were taken.</summary>
    public void Return(long bytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(bytes);
        if (Interlocked.Add(ref _taken, -bytes) < 0)
        {
            Interlocked.Add(ref _taken, bytes);
            throw new InvalidOperationException("more bytes came back to a receive budget than were taken from it");
        }
    }
}
