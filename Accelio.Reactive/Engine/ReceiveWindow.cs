using Accelio.Transports.Memory;

namespace Accelio.Reactive.Engine;

/// <summary>
/// What the peer may send on a connection, and what is owed to it. Between our own peers the window starts small and doubles while the peer uses it up, out of the context's receive budget
/// (extensions, flow). Beyond its largest size it grows only as long as handlers at both ends may wait for each other: <see cref="TryExtend"/>. Towards C peers it is the depth announced at set-up.
/// </summary>
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
    public long HeldMessages { get; private set; }

    /// <summary>Bytes of those.</summary>
    public long HeldBytes { get; private set; }

    /// <summary>Opens the window, to be announced at set-up.</summary>
    public void Open()
    {
        Messages = grows ? Math.Min(InitialMessages, maxMessages) : maxMessages;
        Bytes = grows ? Math.Min(InitialBytes, maxBytes) : maxBytes;
        if (grows && budget.TryTake(Bytes))
        {
            _budgeted = Bytes;
        }
        else if (grows)
        {
            // The budget is used up: the session lives, with next to nothing.
            Messages = Math.Min(16, Messages);
            Bytes = Math.Min(64 << 10, Bytes);
        }

        _outstandingMessages = Messages;
        _outstandingBytes = Bytes;
    }

    /// <summary>What the peer may still send it is to hear of later: all of it is owed.</summary>
    public void Withhold()
    {
        _owedMessages += Math.Max(0, _outstandingMessages);
        _owedBytes += Math.Max(0, _outstandingBytes);
        (_outstandingMessages, _outstandingBytes) = (Math.Min(0, _outstandingMessages), Math.Min(0, _outstandingBytes));
    }

    /// <summary>A message arrives.</summary>
    /// <returns>False when the peer had no credit left for it.</returns>
    public bool Arrived(long bytes)
    {
        var allowed = _outstandingMessages > 0 && _outstandingBytes > 0;
        _outstandingMessages--;
        _outstandingBytes -= bytes;
        HeldMessages++;
        HeldBytes += bytes;
        if (grows && IsLow)
        {
            Grow();
        }

        return allowed;
    }

    /// <summary>Whether the peer has used most of the window.</summary>
    public bool IsLow => _outstandingMessages < Messages >> 2 || _outstandingMessages <= 0 || _outstandingBytes < Bytes >> 2;

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
        Bytes += bytes;
        _owedBytes += bytes;
        _extraMessages += messages;
        Messages += messages;
        _owedMessages += messages;
        return messages + bytes != 0;
    }

    /// <summary>The lease of a message ended in an extended window, which shrinks to its largest size and so many messages more.</summary>
    public void Returned(long bytes, long handlers)
    {
        HeldMessages--;
        HeldBytes -= bytes;
        if (_extraMessages > handlers)
        {
            _extraMessages--;
            Messages--;
        }
        else
        {
            _owedMessages++;
        }

        if (handlers == 0 && _extraBytes != 0)
        {
            var less = Math.Min(bytes, _extraBytes);
            bytes -= less;
            _extraBytes -= less;
            _budgeted -= less;
            Bytes -= less;
            budget.Return(less);
        }

        _owedBytes += bytes;
    }

    /// <summary>The lease of a message ended: its credit is owed to the peer.</summary>
    public void Returned(long bytes)
    {
        HeldMessages--;
        HeldBytes -= bytes;
        _owedMessages++;
        _owedBytes += bytes;
    }

    /// <summary>Whether so much is owed that it must not wait for a message to ride on: half of what is not held. What is held for long must not keep the rest from the peer.</summary>
    public bool IsGrantDue => (_owedMessages != 0 && _owedMessages * 2 >= Messages - HeldMessages) || (_owedBytes != 0 && _owedBytes * 2 >= Bytes - HeldBytes);

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
            Messages += more;
            _owedMessages += more;
        }

        if (Bytes < maxBytes && _outstandingBytes < Bytes >> 2)
        {
            var more = Math.Min(Bytes, maxBytes - Bytes);
            if (budget.TryTake(more))
            {
                _budgeted += more;
                Bytes += more;
                _owedBytes += more;
            }
        }
    }
}
