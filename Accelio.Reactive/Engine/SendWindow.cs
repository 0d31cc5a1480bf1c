namespace Accelio.Reactive.Engine;

/// <summary>
/// What this side may send on a connection: the peer's window (extension flow, or libxio's own flow control), or, towards C peers without it, a bound on what is unanswered.
/// </summary>
internal sealed class SendWindow
{
    // Far beyond any window, and far from overflowing: a peer may grant as much as it likes.
    private const long Most = 1L << 60;

    // Less than any window, so that a window that is held looks like one that is used up.
    private const long Held = 1L << 61;

    private readonly bool _countsUnanswered;
    private long _messages;
    private long _bytes;

    /// <summary>Starts with what the peer granted at set-up, or with the bounds on what may be unanswered.</summary>
    public SendWindow(long messages, long bytes, bool countsUnanswered)
    {
        _messages = Math.Min(messages, Most);
        _bytes = Math.Min(bytes, Most);
        _countsUnanswered = countsUnanswered;
    }

    /// <summary>Messages that may be sent now.</summary>
    public long Messages => IsHeld ? _messages + Held : _messages;

    /// <summary>Bytes that may be sent now; negative while a message longer than the window is outstanding.</summary>
    public long Bytes => _bytes;

    /// <summary>Whether nothing may go, whatever the peer grants.</summary>
    public bool IsHeld { get; private set; }

    /// <summary>Whether a message may go now: any length may while there is a byte left, so that a message longer than the whole window goes alone.</summary>
    public bool IsOpen => _messages > 0 && _bytes > 0;

    /// <summary>Nothing may go until <see cref="Release"/>.</summary>
    public void Hold()
    {
        if (!IsHeld)
        {
            IsHeld = true;
            _messages -= Held;
        }
    }

    /// <summary>Ends a <see cref="Hold"/>.</summary>
    public void Release()
    {
        if (IsHeld)
        {
            IsHeld = false;
            _messages += Held;
        }
    }

    /// <summary>A message leaves.</summary>
    public void Charge(bool expectsAnswer, long bytes)
    {
        if (_countsUnanswered && !expectsAnswer)
        {
            return;
        }

        _messages--;
        _bytes -= bytes;
    }

    /// <summary>The answer of a message came.</summary>
    public void Answered(long bytes)
    {
        if (_countsUnanswered)
        {
            _messages++;
            _bytes += bytes;
        }
    }

    /// <summary>The peer granted.</summary>
    public void Grant(ulong messages, ulong bytes)
    {
        if (!_countsUnanswered)
        {
            _messages = Math.Min(_messages + (long)Math.Min(messages, Most), Most);
            _bytes = Math.Min(_bytes + (long)Math.Min(bytes, Most), Most);
        }
    }
}
