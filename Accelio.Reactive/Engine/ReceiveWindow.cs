using System.Runtime.CompilerServices;
using Accelio.Transports.Memory;

namespace Accelio.Reactive.Engine;

/// <summary>
/// What the peer may send on a connection, and what is owed to it. Between our own peers the window starts small and doubles while the peer uses it up, out of the context's receive budget
/// (extensions, flow). Beyond its largest size it grows only as long as handlers at both ends may wait for each other: <see cref="TryExtend"/>. Towards C peers it is the depth announced at set-up.
/// </summary>
/// <remarks>All of the window is at one of three places at any time: it may be used by the peer (outstanding), it is taken up by messages whose leases have not ended (held), or the peer is to hear that it
/// may be used again (owed). What is held follows from the rest, and is not counted.</remarks>
internal sealed class ReceiveWindow(ReceiveBudget budget, int maxMessages, long maxBytes, bool grows)
{
    /// <summary>Window of a new session, messages.</summary>
    public const int InitialMessages = 256;

    /// <summary>Window of a new session, bytes.</summary>
    public const long InitialBytes = 1 << 20;

    private long _outstandingMessages;
    private long _outstandingBytes;
    private long _owedMessages;
    private long _owedBytes;
    private long _budgeted;

    // Less than this is left when most of the window is used: a quarter, or nothing.
    private long _lowMessages;
    private long _lowBytes;
    private long _extraMessages;
    private long _extraBytes;

    /// <summary>The window at present, messages.</summary>
    public long Messages { get; private set; }

    /// <summary>The window at present, bytes.</summary>
    public long Bytes { get; private set; }

    /// <summary>Messages that the peer may still send.</summary>
    public long OutstandingMessages => _outstandingMessages;

    /// <summary>Bytes that the peer may still send; negative while it has sent a message longer than that.</summary>
    public long OutstandingBytes => _outstandingBytes;

    /// <summary>Messages that the peer may send and does not know of.</summary>
    public long OwedMessages => _owedMessages;

    /// <summary>Bytes that the peer may send and does not know of.</summary>
    public long OwedBytes => _owedBytes;

    /// <summary>Messages that arrived and whose leases have not ended.</summary>
    public long HeldMessages => Messages - _outstandingMessages - _owedMessages;

    /// <summary>Bytes of those.</summary>
    public long HeldBytes => Bytes - _outstandingBytes - _owedBytes;

    /// <summary>Opens the window, to be announced at set-up.</summary>
    public void Open()
    {
        var messages = grows ? Math.Min(InitialMessages, maxMessages) : maxMessages;
        var bytes = grows ? Math.Min(InitialBytes, maxBytes) : maxBytes;
        if (grows && budget.TryTake(bytes))
        {
            _budgeted = bytes;
        }
        else if (grows)
        {
            // The budget is used up: the session lives, with next to nothing.
            messages = Math.Min(16, messages);
            bytes = Math.Min(64 << 10, bytes);
        }

        Enlarge(messages, bytes);
        _outstandingMessages = messages;
        _outstandingBytes = bytes;
    }

    /// <summary>What the peer may still send it is to hear of later: all of it is owed.</summary>
    public void Withhold()
    {
        _owedMessages += Math.Max(0, _outstandingMessages);
        _owedBytes += Math.Max(0, _outstandingBytes);
        (_outstandingMessages, _outstandingBytes) = (Math.Min(0, _outstandingMessages), Math.Min(0, _outstandingBytes));
    }

    /// <summary>A message arrives.</summary>
    /// <returns>Whether the window is not <see cref="IsLow"/> behind it: nearly always. Else <see cref="HadRoomFor"/> says more.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Arrived(long bytes)
    {
        _outstandingMessages--;
        _outstandingBytes -= bytes;
        return !IsLow;
    }

    /// <summary>A message of so many bytes has arrived and left the window low, which grows if it may.</summary>
    /// <returns>False when the peer had no credit left for it.</returns>
    public bool HadRoomFor(long bytes)
    {
        var allowed = _outstandingMessages >= 0 && _outstandingBytes + bytes > 0;
        if (grows)
        {
            Grow();
        }

        return allowed;
    }

    /// <summary>Whether the peer has used most of the window.</summary>
    public bool IsLow => _outstandingMessages < _lowMessages || _outstandingBytes < _lowBytes;

    /// <summary>Whether the window is larger than its largest size.</summary>
    public bool IsExtended => (_extraMessages | _extraBytes) != 0;

    /// <summary>
    /// Lets so many messages through beyond the largest size as handlers here are at work and may wait for the peer, whose handlers may wait for this window: what they hold of it cannot come back before
    /// what they wait for has come. Bytes come out of the budget, as always.
    /// </summary>
    /// <returns>Whether something is owed now that was not.</returns>
    public bool TryExtend(long handlers)
    {
        var messages = grows && Messages >= maxMessages && _outstandingMessages <= 0 ? Math.Max(0, handlers - _extraMessages) : 0;
        var bytes = grows && Bytes >= maxBytes && _outstandingBytes <= 0 ? Math.Max(InitialBytes, HeldBytes) : 0;
        if (bytes != 0 && !budget.TryTake(bytes))
        {
            return false;
        }

        _budgeted += bytes;
        _extraBytes += bytes;
        _owedBytes += bytes;
        _extraMessages += messages;
        _owedMessages += messages;
        Enlarge(messages, bytes);
        return messages + bytes != 0;
    }

    /// <summary>The lease of a message ended in an extended window, which shrinks to its largest size and so many messages more.</summary>
    public void Returned(long bytes, long handlers)
    {
        var fewer = _extraMessages > handlers ? 1 : 0;
        _extraMessages -= fewer;
        _owedMessages += 1 - fewer;
        var less = handlers == 0 ? Math.Min(bytes, _extraBytes) : 0;
        if (less != 0)
        {
            _extraBytes -= less;
            _budgeted -= less;
            budget.Return(less);
        }

        _owedBytes += bytes - less;
        Enlarge(-fewer, -less);
    }

    /// <summary>The lease of a message ended: its credit is owed to the peer.</summary>
    public void Returned(long bytes)
    {
        _owedMessages++;
        _owedBytes += bytes;
    }

    /// <summary>Whether so much is owed that it must not wait for a message to ride on: as much as the peer may use, half of what is not held. What is held for long must not keep the rest from the
    /// peer.</summary>
    public bool IsGrantDue => (_owedMessages != 0 && _owedMessages >= _outstandingMessages) || (_owedBytes != 0 && _owedBytes >= _outstandingBytes);

    /// <summary>Takes what is owed, at most so many messages, to send it.</summary>
    public void TakeOwed(int most, out uint messages, out ulong bytes)
    {
        if ((_owedMessages | _owedBytes) == 0)
        {
            (messages, bytes) = (0, 0);
            return;
        }

        messages = (uint)Math.Min(_owedMessages, most);
        bytes = (ulong)_owedBytes;
        _owedMessages -= messages;
        _owedBytes = 0;
        _outstandingMessages += messages;
        _outstandingBytes += (long)bytes;
    }

    /// <summary>What was taken could not be sent.</summary>
    public void GiveBack(long messages, long bytes)
    {
        _owedMessages += messages;
        _owedBytes += bytes;
        _outstandingMessages -= messages;
        _outstandingBytes -= bytes;
    }

    /// <summary>Gives the budget back; the connection is over.</summary>
    public void Close()
    {
        if (_budgeted != 0)
        {
            budget.Return(_budgeted);
            _budgeted = 0;
        }
    }

    private void Grow()
    {
        if (Messages < maxMessages && _outstandingMessages < Messages >> 2)
        {
            var more = Math.Min(Messages, maxMessages - Messages);
            _owedMessages += more;
            Enlarge(more, 0);
        }

        if (Bytes < maxBytes && _outstandingBytes < Bytes >> 2)
        {
            var more = Math.Min(Bytes, maxBytes - Bytes);
            if (budget.TryTake(more))
            {
                _budgeted += more;
                _owedBytes += more;
                Enlarge(0, more);
            }
        }
    }

    private void Enlarge(long messages, long bytes)
    {
        Messages += messages;
        Bytes += bytes;
        _lowMessages = Math.Max(1, Messages >> 2);
        _lowBytes = Math.Max(1, Bytes >> 2);
    }
}
