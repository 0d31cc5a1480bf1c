using Accelio.Reactive.Engine;
using Accelio.Transports;
using Accelio.Transports.Polling;
using Accelio.Transports.Wire;

namespace Accelio.Reactive;

/// <content>What a request keeps beside its bytes: whom to answer, into which room, and the right to answer once.</content>
internal sealed unsafe partial class MessageCore
{
    // The version in the upper part, one of these states in the lowest two bits.
    private const long AnswerNone = 0;
    private const long AnswerOpen = 1;
    private const long AnswerClaimed = 2;
    private long _answer;
    private RoomEntry[] _room = [];
    private int _roomCount;
    private AnswerTimer? _timer;
    private bool _abandoned;

    /// <summary>The connection it came on.</summary>
    internal ConnectionMachine? Connection;

    /// <summary>The peer's task id, to be named by the answer.</summary>
    internal uint PeerTask;

    /// <summary>The peer's serial number.</summary>
    internal ulong Serial;

    /// <summary>Bytes of window that the lease holds.</summary>
    internal long Charge;

    /// <summary>Whether a receipt is still owed.</summary>
    internal bool WantsReceipt;

    /// <summary>Neighbours in the connection's list of requests that may be answered.</summary>
    internal MessageCore? PreviousOpen, NextOpen;

    /// <summary>Whether this is a request.</summary>
    internal bool IsRequest { get; private set; }

    /// <summary>Whether the request may not be answered any more.</summary>
    internal bool IsAnswered => (Volatile.Read(ref _answer) & 3) == AnswerNone;

    /// <summary>The buffers that the requester offered.</summary>
    internal ReadOnlySpan<RoomEntry> Room => _room.AsSpan(0, _roomCount);

    /// <summary>Their total length.</summary>
    internal long RoomLength
    {
        get
        {
            long sum = 0;
            foreach (var entry in Room)
            {
                sum += entry.Length;
            }

            return sum;
        }
    }

    /// <summary>Whether leases are on the message.</summary>
    private bool IsHeld => (int)Volatile.Read(ref _state) > 0;

    /// <summary>Keeps what the requester offers.</summary>
    internal void SetRoom(byte* room, int count)
    {
        _roomCount = count;
        if (count == 0)
        {
            return;
        }

        if (_room.Length < count)
        {
            _room = new RoomEntry[count];
        }

        Sge.Read(room, count, _room);
    }

    /// <summary>From now on the request may be answered once.</summary>
    internal void OpenAnswer()
    {
        IsRequest = true;
        Volatile.Write(ref _answer, ((long)Version << 2) | AnswerOpen);
    }

    /// <summary>Claims the right to answer. Any thread.</summary>
    internal bool TryClaimAnswer(int version) =>
        Interlocked.CompareExchange(ref _answer, ((long)version << 2) | AnswerClaimed, ((long)version << 2) | AnswerOpen) == (((long)version << 2) | AnswerOpen);

    /// <summary>The request was answered, or its answer given up. Poller only.</summary>
    internal void AnswerDone()
    {
        if (IsAnswered)
        {
            return;
        }

        if (!_abandoned)
        {
            Connection!.ForgetOpen(this);
        }

        StopTimer();
        Volatile.Write(ref _answer, AnswerNone);
        if (!IsHeld)
        {
            Recycle();
        }
    }

    /// <summary>The connection is over: nobody may answer any more; a response already claimed on another thread will find out. Poller only.</summary>
    internal void AbandonAnswer()
    {
        var version = Version;
        if (TryClaimAnswer(version))
        {
            AnswerDone();
        }
        else
        {
            // Claimed: whoever claimed it calls AnswerDone when his response reaches the poller.
            Connection!.ForgetOpen(this);
            _abandoned = true;
            StopTimer();
        }
    }

    /// <summary>The lease ended before the answer: waits for it, bounded. Poller only.</summary>
    internal void AwaitAnswer(TimerWheel timers, long now)
    {
        var limit = Connection!.Settings.ResponseTimeout;
        if (limit != long.MaxValue)
        {
            StartTimer(timers, now + limit);
        }
    }

    /// <summary>Starts the timer of the receipt or the answer, whichever is due next.</summary>
    internal void StartTimer(TimerWheel timers, long due)
    {
        _timer ??= new AnswerTimer(this);
        timers.Schedule(_timer, due);
    }

    private void StopTimer()
    {
        if (_timer is { IsScheduled: true })
        {
            Connection!.Timers.Cancel(_timer);
        }
    }

    private void OnTimer(long now)
    {
        if (WantsReceipt)
        {
            Connection!.SendRequestReceipt(this);
            AwaitAnswer(Connection.Timers, now);
        }
        else if (TryClaimAnswer(Version))
        {
            Connection!.SendStatusResponse(this, AccelioStatus.MessageDiscarded, "the request was not answered in time");
        }
    }

    private sealed class AnswerTimer(MessageCore core) : WheelTimer
    {
        /// <inheritdoc/>
        public override void OnTimer(long now) => core.OnTimer(now);
    }
}
