namespace Accelio.Reactive;

/// <summary>
/// Bounds the bytes that the library has copied for calls without a task to wait for, and has not yet got rid of: <see cref="AccelioPeerOptions.SendBudget"/>. Any thread.
/// </summary>
internal sealed class SendBudget(long limit)
{
    private long _taken;

    /// <summary>Bytes taken at present.</summary>
    public long Taken => Volatile.Read(ref _taken);

    /// <summary>The most that may be taken at a time.</summary>
    public long Limit => limit;

    /// <summary>What a message takes: the bytes that are copied of it; registered memory is held instead.</summary>
    public static long LengthOf(in OutboundMessage message) => message.Header.Length + (message.IsRegistered ? 0 : message.PayloadLength);

    /// <summary>Takes so many bytes, if there are as many left or nothing is taken: what is longer than the budget goes alone.</summary>
    public bool TryTake(long bytes)
    {
        while (true)
        {
            var taken = Volatile.Read(ref _taken);
            if (taken != 0 && bytes > limit - taken)
            {
                return false;
            }

            if (Interlocked.CompareExchange(ref _taken, taken + bytes, taken) == taken)
            {
                return true;
            }
        }
    }

    /// <summary>Gives bytes back.</summary>
    public void Return(long bytes) => Interlocked.Add(ref _taken, -bytes);
}
