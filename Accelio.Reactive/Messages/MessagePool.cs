using System.Runtime.CompilerServices;
using Accelio.Transports.Polling;

namespace Accelio.Reactive;

/// <summary>The message cores of one poller: a plain stack, poller thread only.</summary>
internal sealed class MessagePool(Poller poller)
{
    private readonly Stack<RequestCancellation> _cancellations = new();
    private MessageCore?[] _free = new MessageCore?[64];
    private int _count;
    private long _endedWithoutPoller;
    private readonly Lock _settling = new();
    private bool _isShared;
    private bool _isSettled;
    private bool _isEnding;

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

        // It stays where it is: nearly always it is the next that comes back, and need not be written there again.
        return _free[--_count]!;
    }

    /// <summary>
    /// Begins the end of a lease by a plain store, which costs a fraction of an exchange; <see cref="EndAlone"/> follows at once. Allowed as long as no other thread has taken a hold on a message of this pool,
    /// or is about to. Poller only.
    /// </summary>
    /// <remarks>The half of Dekker's algorithm that runs all the time does without a fence; the other, <see cref="Share"/>, runs once and makes one for all threads.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool MayEndAlone()
    {
        Volatile.Write(ref _isEnding, true);
        return !Volatile.Read(ref _isShared);
    }

    /// <summary>What <see cref="MayEndAlone"/> began is done, or will be by an exchange. Poller only.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void EndAlone() => Volatile.Write(ref _isEnding, false);

    /// <summary>Before another thread than the poller's changes the state of a message: from then on the poller does it by an exchange, too. Any thread.</summary>
    public void Share()
    {
        if (!Volatile.Read(ref _isSettled))
        {
            Settle();
        }
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

        ref var place = ref _free[_count++];
        if (!ReferenceEquals(place, core))
        {
            place = core;
        }
    }

    private void Settle()
    {
        lock (_settling)
        {
            Volatile.Write(ref _isShared, true);
            Interlocked.MemoryBarrierProcessWide();

            // The poller has either seen that, or is between its look and its store: a few instructions, none of them a user's.
            var spin = default(SpinWait);
            while (Volatile.Read(ref _isEnding))
            {
                spin.SpinOnce(-1);
            }

            Volatile.Write(ref _isSettled, true);
        }
    }
}
