using System.Runtime.InteropServices;
using Accelio.Transports.Memory;
using Accelio.Transports.Polling;

namespace Accelio.Reactive;

/// <content>Leases: counting, passing on, ending, going back to the pool.</content>
internal sealed unsafe partial class MessageCore
{
    // A message up to this length is copied out of the receive buffer as soon as its lease outlives the callback: another thread that reads
    // it would hold the whole buffer for it.
    private const int MovedAtOnce = 8 << 10;

    private OwnedLease? _spares;
    private LeaseRecord? _record;

    // The poller's view of the state: a last hold that another thread gave up counts until the poller has heard of it.
    private bool _isHeld;

    /// <summary>Adds a hold, if the message is still the one of this version and anything holds it. Any thread.</summary>
    public bool TryHold(int version)
    {
        ShareIfAway();
        while (true)
        {
            var state = Volatile.Read(ref _state);
            if ((int)(state >> 32) != version || (int)state == 0)
            {
                return false;
            }

            if (Interlocked.CompareExchange(ref _state, state + 1, state) == state)
            {
                return true;
            }
        }
    }

    /// <summary>Gives up a hold. Any thread: the last one goes back to the poller.</summary>
    public void Unhold()
    {
        if ((int)Interlocked.Decrement(ref _state) == 0)
        {
            LeaseEnded();
        }
    }

    /// <inheritdoc/>
    public override OwnedLease Retain(int version)
    {
        ShareIfAway();
        while (true)
        {
            var state = Volatile.Read(ref _state);
            if ((state & ~Counted) != Stamp(version))
            {
                ThrowStale();
            }

            if (Interlocked.CompareExchange(ref _state, state + 1, state) == state)
            {
                return NewLease();
            }
        }
    }

    /// <inheritdoc/>
    public override void Dispose(int version)
    {
        if (!IsShared)
        {
            Release(version);
        }
    }

    /// <summary>Ends the library's lease; without one of this version nothing happens. Any thread.</summary>
    public void Release(int version)
    {
        ShareIfAway();
        while (true)
        {
            var state = Volatile.Read(ref _state);
            if ((state & ~Counted) != Stamp(version))
            {
                return;
            }

            var without = state & ~Holding;
            if (Interlocked.CompareExchange(ref _state, without, state) != state)
            {
                continue;
            }

            if ((int)without == 0)
            {
                LeaseEnded();
            }
            else if (_poller.IsCurrent)
            {
                MoveOutIfSmall();
            }

            return;
        }
    }

    /// <summary>The same, by the poller itself.</summary>
    public void ReleaseAtHome(int version)
    {
        var held = Stamp(version);
        if (_pool.MayEndAlone() && Volatile.Read(ref _state) == held)
        {
            Volatile.Write(ref _state, held & ~Holding);
            _pool.EndAlone();
            EndLease();
        }
        else
        {
            _pool.EndAlone();
            Release(version);
        }
    }

    /// <summary>Makes the library's lease the caller's. Poller only, before anybody has seen the message.</summary>
    /// <param name="movesOut">Whether a small message is copied out of the receive buffer: its reader is on another thread.</param>
    /// <param name="holder">Who gets it, for the audit.</param>
    public OwnedLease PassOn(bool movesOut, string? holder)
    {
        Volatile.Write(ref _state, (Stamp(Version) & ~Holding) + 1);
        if (movesOut)
        {
            MoveOutIfSmall();
        }

        return NewLease(holder);
    }

    /// <summary>A lease for a hold that the caller has just added.</summary>
    public OwnedLease NewLease(string? holder = null)
    {
        var record = _pool.Ledger is { IsAuditing: true } ledger ? ledger.Enter(this, holder ?? LeaseLedger.FindCaller()) : null;
        var lease = TakeSpare();
        var isNew = lease is null;
        lease ??= new OwnedLease(this);
        lease.Begin(isNew, Version, record);
        return lease;
    }

    /// <summary>Keeps a lease that has ended for the next use. Any thread.</summary>
    public void Put(OwnedLease lease)
    {
        var top = Volatile.Read(ref _spares);
        while (true)
        {
            lease.NextSpare = top;
            var seen = Interlocked.CompareExchange(ref _spares, lease, top);
            if (ReferenceEquals(seen, top))
            {
                return;
            }

            top = seen;
        }
    }

    /// <summary>A caller has dropped its lease. The finalizer's thread.</summary>
    public void OnDropped(LeaseRecord? record)
    {
        _pool.Ledger?.OnDropped(this, record);
        record?.End();
        Unhold();
    }

    /// <summary>Notes that the consumer of this version rejected the message, if it still stands for that. Poller only.</summary>
    internal void MarkRejected(int version)
    {
        if (Version == version && (_isHeld || (IsRequest && !IsAnswered)))
        {
            Rejected = true;
        }
    }

    /// <summary>Returns the core to its pool. Poller only, when no lease is left and nothing may be answered any more.</summary>
    internal void Recycle()
    {
        TellsConnection = false;
        Connection = null;
        IsRequest = false;
        WantsReceipt = false;
        OwesCredit = false;
        AnswerNumber = 0;
        if (_cancellation is not null)
        {
            ReturnCancellation();
        }

        Rejected = false;
        LastInBatch = false;
        IsShared = false;
        _pool.Return(this);
    }

    // Other threads say so before they change the state for the first time.
    private void ShareIfAway()
    {
        if (!_poller.IsCurrent)
        {
            _pool.Share();
        }
    }

    // All are taken, the rest is put back: a single one could not be taken off without a lock.
    private OwnedLease? TakeSpare()
    {
        if (Volatile.Read(ref _spares) is null || Interlocked.Exchange(ref _spares, null) is not { } spare)
        {
            return null;
        }

        var next = spare.NextSpare;
        spare.NextSpare = null;
        while (next is not null)
        {
            var rest = next.NextSpare;
            Put(next);
            next = rest;
        }

        return spare;
    }

    private void LeaseEnded()
    {
        if (_poller.IsCurrent)
        {
            EndLease();
        }
        else if (!_poller.Post(_returnItem))
        {
            // The poller has stopped: nobody else touches the core any more, and there is no peer to tell.
            _pool.EndedWithoutPoller();
            ReleaseMemory();
        }
    }

    private void EndLease()
    {
        List?.Remove(this);
        if (_pool.Poisons && _location != MessageLocation.Own)
        {
            PoisonInPlace();
        }

        if (_ownsMemory)
        {
            ReleaseMemory();
        }

        _isHeld = false;
        _pool.Ended++;
        if (TellsConnection)
        {
            Connection!.OnLeaseEnded(this);
        }
        else
        {
            Recycle();
        }
    }

    private void MoveOutIfSmall()
    {
        var length = _headerLength + (IsPayloadInPlace ? _payloadLength : 0);
        if (length <= MovedAtOnce && TryMoveOut())
        {
            List?.Remove(this);
        }
    }

    private void ReleaseMemory()
    {
        _ownsMemory = false;
        _record?.End();
        _record = null;
        _headerSlab?.Release();
        _headerSlab = null;
        _payloadSlab?.Release();
        _payloadSlab = null;
        _registered?.EndHold();
        _registered = null;
        if (_isUserMemory)
        {
            _isUserMemory = false;
            _userMemory = default;
        }
    }

    // The receive buffer is overwritten some time later; a span that was kept shall show its mistake now.
    private void PoisonInPlace()
    {
        if (_headerLength != 0)
        {
            NativeMemory.Fill(_header, (nuint)_headerLength, Slab.PoisonByte);
        }

        if (IsPayloadInPlace)
        {
            NativeMemory.Fill(_payload, (nuint)_payloadLength, Slab.PoisonByte);
        }
    }

    /// <summary>Brings a core back whose last lease ended on another thread.</summary>
    private sealed class ReturnItem(MessageCore core) : WorkItem
    {
        /// <inheritdoc/>
        public override void Execute() => core.EndLease();
    }
}
