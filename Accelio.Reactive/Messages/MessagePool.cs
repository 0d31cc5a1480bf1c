using Accelio.Transports.Polling;

namespace Accelio.Reactive;

/// <summary>The message cores of one poller: a plain stack, poller thread only.</summary>
internal sealed class MessagePool(Poller poller)
{
    private readonly Stack<RequestCancellation> _cancellations = new();
    private MessageCore?[] _free = new MessageCore?[64];
    private int _count;
    private long _endedWithoutPoller;

    /// <summary>Cores in use at present.</summary>
    public int Outstanding { get; private set; }

    /// <summary>Messages begun. Written by the poller only.</summary>
    public long Begun;

    /// <summary>Messages whose last lease has ended. Written by the poller only.</summary>
    public long Ended;

    /// <summary>Who keeps account of leases; null where nobody does.</summary>
    public LeaseLedger? Ledger { get; init; }

    /// <summary>Whether messages in the receive buffer are overwritten when their leases end.</summary>
    public bool Poisons { get; } = poller.Options.PoisonMemory;

    /// <summary>Messages that something holds. Any thread, then perhaps a little late.</summary>
    public long Held
    {
        get
        {
            var ended = Volatile.Read(ref Ended) + Volatile.Read(ref _endedWithoutPoller);
            return Volatile.Read(ref Begun) - ended;
        }
    }

    /// <summary>A core for one message; <c>Begin</c> follows.</summary>
    public MessageCore Rent()
    {
        Outstanding++;
        if (_count == 0)
        {
            return new MessageCore(this, poller);
        }

        var core = _free[--_count]!;
        _free[_count] = null;
        return core;
    }

    /// <summary>The last lease of a message ended after the poller had stopped. Any thread.</summary>
    public void EndedWithoutPoller() => Interlocked.Increment(ref _endedWithoutPoller);

    /// <summary>A source for the token of a request.</summary>
    internal RequestCancellation RentCancellation() => _cancellations.TryPop(out var cancellation) ? cancellation : new RequestCancellation();

    /// <summary>Takes a source back whose request has ended in good order.</summary>
    internal void ReturnCancellation(RequestCancellation cancellation)
    {
        if (cancellation.TryReset())
        {
            _cancellations.Push(cancellation);
        }
    }

    internal void Return(MessageCore core)
    {
        Outstanding--;
        if (_count == _free.Length)
        {
            Array.Resize(ref _free, _count * 2);
        }

        _free[_count++] = core;
    }
}
