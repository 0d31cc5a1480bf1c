using Accelio.Reactive.Engine;
using Accelio.Transports;
using Accelio.Transports.Polling;
using Accelio.Transports.Wire;

namespace Accelio.Reactive;

/// <content>What a request keeps beside its bytes: whom to answer, into which room, and the right to answer once, in time.</content>
internal sealed unsafe partial class MessageCore
{
    // The version in the upper part, one of these states in the lowest three bits.
    private const long AnswerNone = 0;
    private const long AnswerOpen = 1;
    private const long AnswerClaimed = 2;
    private const long AnswerExpired = 3;
    private const long AnswerLost = 4;
    private const long AnswerAborted = 5;
    private const int StateBits = 3;
    private const long StateMask = (1 << StateBits) - 1;
    private long _answer;
    private long _answerDue;
    private long _timerDue;
    private long _endsAs;
    private RoomEntry[] _room = [];
    private int _roomCount;
    private AnswerTimer? _timer;

    /// <summary>The connection it came on.</summary>
    internal ConnectionMachine? Connection;

    /// <summary>The peer's task id, to be named by the answer.</summary>
    internal uint PeerTask;

    /// <summary>Whether that task is of a link which is lost: the peer names another one when it sends the request again.</summary>
    internal bool IsForLostLink;

    /// <summary>The peer's serial number.</summary>
    internal ulong Serial;

    /// <summary>Bytes of window that the lease holds.</summary>
    internal long Charge;

    /// <summary>Which link of the connection it came over, where they are counted.</summary>
    internal uint Epoch;

    /// <summary>Requests: the number of the answer that is kept until the peer has it, from 1; 0 for none.</summary>
    internal ulong AnswerNumber;

    /// <summary>Requests: whether the lease has ended and the credit of the message is given back with the answer.</summary>
    internal bool OwesCredit;

    /// <summary>Whether a receipt is still owed.</summary>
    internal bool WantsReceipt;

    /// <summary>Neighbours in the connection's list of requests that may be answered.</summary>
    internal MessageCore? PreviousOpen, NextOpen;

    /// <summary>Whether it is in that list.</summary>
    internal bool IsListed;

    /// <summary>Whether the time for the answer is the requester's.</summary>
    internal bool HasSendersTime { get; private set; }

    /// <summary>Whether this is a request.</summary>
    internal bool IsRequest { get; private set; }

    /// <summary>Whether the request may not be answered any more.</summary>
    internal bool IsAnswered => (Volatile.Read(ref _answer) & StateMask) is not (AnswerOpen or AnswerClaimed);

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

    /// <summary>From now on the request may be answered once, until <paramref name="due"/>, which is <see cref="long.MaxValue"/> for no limit.</summary>
    /// <param name="due">When it is over.</param>
    /// <param name="isSenders">Whether that is the requester's time, shorter than this side's.</param>
    internal void OpenAnswer(long due, bool isSenders)
    {
        HasSendersTime = isSenders;
        IsRequest = true;
        _answerDue = due;
        _timerDue = long.MaxValue;
        Volatile.Write(ref _answer, AnswerIn(AnswerOpen, Version));
    }

    /// <summary>Whether the right to answer is still to be had. Any thread.</summary>
    internal bool MayBeAnswered(int version) => Volatile.Read(ref _answer) == AnswerIn(AnswerOpen, version);

    /// <summary>Claims the right to answer. Any thread.</summary>
    /// <remarks>Looks first: after a handler that has answered, as most have, an exchange could only fail, and costs as much as one that succeeds.</remarks>
    internal bool TryClaimAnswer(int version) =>
        MayBeAnswered(version)
        && Interlocked.CompareExchange(ref _answer, AnswerIn(AnswerClaimed, version), AnswerIn(AnswerOpen, version)) == AnswerIn(AnswerOpen, version);

    /// <summary>Claims the right to answer for an answer that is sent before anything else happens on the poller. Poller only.</summary>
    /// <remarks>No exchange, which costs as much as the half of an answer: another thread that claims the right at the very same moment asks again when its answer has come to the poller, see
    /// <see cref="IsClaimed"/>.</remarks>
    internal bool TryClaimAtHome(int version)
    {
        if (!MayBeAnswered(version))
        {
            return false;
        }

        Volatile.Write(ref _answer, AnswerIn(AnswerClaimed, version));
        return true;
    }

    /// <summary>Whether a right to answer that was claimed on another thread still stands. Poller only.</summary>
    internal bool IsClaimed(int version) => Volatile.Read(ref _answer) == AnswerIn(AnswerClaimed, version);

    /// <summary>Whether the right to answer was taken away: time was over, the session ended, or the sender gave the request up while it waited. Any thread.</summary>
    internal bool IsGivenUp(int version) => Volatile.Read(ref _answer) is var answer && answer >> StateBits == version && (answer & StateMask) >= AnswerExpired;

    /// <summary>The request was answered, or its answer given up. Poller only.</summary>
    internal void AnswerDone()
    {
        if (IsAnswered)
        {
            return;
        }

        Connection!.ForgetOpen(this);
        _timerDue = long.MaxValue;
        var version = Version;
        if (_endsAs == AnswerNone)
        {
            Volatile.Write(ref _answer, AnswerIn(AnswerNone, version));
        }
        else
        {
            // In full order with the look at the token: who asks for it now sees the end, or is seen here.
            Interlocked.Exchange(ref _answer, AnswerIn(_endsAs, version));
            _endsAs = AnswerNone;
            FireCanceled(version);
        }

        if (!_isHeld)
        {
            Recycle();
        }
    }

    /// <summary>The connection is over: nobody may answer any more; a response already claimed on another thread will find out. Poller only.</summary>
    internal void AbandonAnswer()
    {
        if (TryClaimAnswer(Version))
        {
            _endsAs = AnswerLost;
            AnswerDone();
        }
        else
        {
            // Claimed: whoever claimed it calls AnswerDone when his response reaches the poller.
            Connection!.ForgetOpen(this);
            _timerDue = long.MaxValue;
        }
    }

    /// <summary>Limits the time for the answer, from the arrival of the request. Poller only.</summary>
    internal void LimitAnswer()
    {
        // The receipt of a lease that ended inside the callback is due before that: it stays so.
        if (_answerDue < _timerDue)
        {
            StartTimer(_answerDue);
        }
    }

    /// <summary>The lease has ended and the answer may still come: the receipt waits for it a little. Poller only.</summary>
    internal void DelayReceipt(long due) => StartTimer(Math.Min(due, _answerDue));

    /// <summary>Whether the time for the answer is over; then the requester is told, and the request may be answered no more. Poller only.</summary>
    internal bool TryExpire(long now)
    {
        if (now < _answerDue || !TryClaimAnswer(Version))
        {
            return false;
        }

        _endsAs = AnswerExpired;
        Connection!.SendExpired(this);
        return true;
    }

    private static long AnswerIn(long state, int version) => ((long)version << StateBits) | state;

    // A timer that is in the wheel already, and not too late, is left there: it finds out itself that its time has not come.
    private void StartTimer(long due)
    {
        _timer ??= new AnswerTimer(this);
        _timerDue = due;
        if (!_timer.IsScheduled || _timer.DueTime > due)
        {
            _poller.Timers.Schedule(_timer, due);
        }
    }

    private void OnTimer(long now)
    {
        if (now < _timerDue)
        {
            if (_timerDue != long.MaxValue)
            {
                _poller.Timers.Schedule(_timer!, _timerDue);
            }

            return;
        }

        var isWaiting = IsWaiting;
        if (TryExpire(now))
        {
            if (isWaiting)
            {
                // Still held by the queue it waits in, and so not recycled.
                Connection!.TellDropped();
            }
        }
        else if (WantsReceipt && MayBeAnswered(Version))
        {
            Connection!.SendRequestReceipt(this);
            _timerDue = long.MaxValue;
            LimitAnswer();
        }
    }

    private sealed class AnswerTimer(MessageCore core) : WheelTimer
    {
        /// <inheritdoc/>
        public override void OnTimer(long now) => core.OnTimer(now);
    }
}
