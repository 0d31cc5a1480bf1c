using System.Runtime.CompilerServices;
using Accelio.Transports.Polling;

namespace Accelio.Reactive;

/// <content>Leases: counting, ending, going back to the pool.</content>
internal sealed unsafe partial class MessageCore
{
    /// <summary>Whether a handle of this version may still read.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool IsLeased(int version)
    {
        var state = Volatile.Read(ref _state);
        return (int)(state >> 32) == version && (int)state > 0;
    }

    /// <summary>Adds a lease. Any thread.</summary>
    public void Retain(int version)
    {
        while (true)
        {
            var state = Volatile.Read(ref _state);
            if ((int)(state >> 32) != version || (int)state <= 0)
            {
                ThrowStale();
            }

            if (Interlocked.CompareExchange(ref _state, state + 1, state) == state)
            {
                return;
            }
        }
    }

    /// <summary>Ends one lease; without one of this version nothing happens. Any thread: the last one goes back to the poller.</summary>
    public void Release(int version)
    {
        while (true)
        {
            var state = Volatile.Read(ref _state);
            if ((int)(state >> 32) != version || (int)state <= 0)
            {
                return;
            }

            if (Interlocked.CompareExchange(ref _state, state - 1, state) != state)
            {
                continue;
            }

            if ((int)state == 1)
            {
                LeaseEnded();
            }

            return;
        }
    }

    /// <summary>The same, by the poller itself.</summary>
    public void ReleaseAtHome(int version)
    {
        var state = Volatile.Read(ref _state);
        if (state == (((long)version << 32) | 1) && Interlocked.CompareExchange(ref _state, state - 1, state) == state)
        {
            EndLease();
        }
        else
        {
            Release(version);
        }
    }

    /// <summary>Marks the message as rejected and ends one lease.</summary>
    public void Reject(int version)
    {
        Demand(version);
        Rejected = true;
        Release(version);
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
            ReleaseMemory();
        }
    }

    private void EndLease()
    {
        List?.Remove(this);
        ReleaseMemory();
        if (TellsConnection)
        {
            Connection!.OnLeaseEnded(this);
        }
        else
        {
            Recycle();
        }
    }

    /// <summary>Returns the core to its pool. Poller only, when no lease is left and nothing may be answered any more.</summary>
    internal void Recycle()
    {
        TellsConnection = false;
        Connection = null;
        IsRequest = false;
        WantsReceipt = false;
        if (_cancellation is not null)
        {
            ReturnCancellation();
        }

        Rejected = false;
        LastInBatch = false;
        _pool.Return(this);
    }

    private void ReleaseMemory()
    {
        _headerSlab?.Release();
        _headerSlab = null;
        _payloadSlab?.Release();
        _payloadSlab = null;
        _headerOpen = false;
        _payloadOpen = false;
        if (_isUserMemory)
        {
            _isUserMemory = false;
            _payloadWindow = default;
        }
    }

    /// <summary>Brings a core back whose last lease ended on another thread.</summary>
    private sealed class ReturnItem(MessageCore core) : WorkItem
    {
        /// <inheritdoc/>
        public override void Execute() => core.EndLease();
    }
}
