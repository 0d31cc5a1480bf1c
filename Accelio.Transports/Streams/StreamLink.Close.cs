using Accelio.Native.Linux;

namespace Accelio.Transports.Streams;

/// <content>The end: in good order, abruptly, by the peer, by the clock.</content>
internal abstract unsafe partial class StreamLink
{
    // How long the end of the peer is awaited after everything has left. Closing a socket with unread bytes in it resets the connection,
    // and the peer would lose what it has not read.
    private const long LingerTime = TimeSpan.TicksPerSecond;
    private const int ScratchLength = 4096;
    private const int DrainBytesPerCycle = 256 * 1024;

    private long _lingerDeadline;
    private LinkError _error;
    private string _detail = string.Empty;

    /// <inheritdoc/>
    public override void Close()
    {
        if (_state is StreamLinkState.Opening)
        {
            Fail(LinkError.None, "closed here before the link was open");
        }
        else if (_state is StreamLinkState.SettingUp or StreamLinkState.Ready)
        {
            _state = StreamLinkState.Flushing;
            LongestPlain = -1;
            Poller.NoteClosing(this);
            _sendProgress = Poller.Now;
            AbandonPlacement();
            WantBytes();
            MarkDirty();
        }
    }

    /// <inheritdoc/>
    public override void Abort(LinkError error, string detail) => Fail(error, detail);

    /// <summary>Closes the link at once; the sink is told later in this duty cycle, or in the next. The first reason stands.</summary>
    protected void Fail(LinkError error, string detail)
    {
        if (_state == StreamLinkState.Closed)
        {
            return;
        }

        _state = StreamLinkState.Closed;
        LongestPlain = -1;
        _error = error;
        _detail = detail;
        Poller.Timers.Cancel(_timer);
        CloseStreams();
        foreach (var queue in _queues)
        {
            queue.Clear(_released);
        }

        Poller.Enqueue(_closing);
    }

    /// <summary>A stream has failed without being read.</summary>
    /// <param name="stream">Which.</param>
    /// <param name="result">The negated error number; 0 when it was merely closed at both ends.</param>
    protected void OnStreamFailed(int stream, int result)
    {
        if (_state is StreamLinkState.Flushing or StreamLinkState.Lingering)
        {
            EndWhileClosing();
        }
        else
        {
            var error = result == 0 ? LinkError.PeerClosed : LinkError.TransportFailed;
            var reason = result == 0 ? "closed by the peer" : Errno.Describe(result);
            Fail(error, $"{NameOf(stream)}: {reason}");
        }
    }

    /// <summary>The last act: gives memory back and calls the sink for the last time.</summary>
    internal void FinishClose()
    {
        Poller.NoteClosed(this);
        AbandonPlacement();
        if (_sink is { } sink)
        {
            _released.Release(this, sink);

            // Delivered frames may still lie in the receive buffers: the sink moves or holds them now.
            AskForReuse();
            ReleaseBuffers();
            sink.OnClosed(this, _error, _detail);
        }
        else
        {
            ReleaseBuffers();
        }
    }

    private string NameOf(int stream) => !_isDual ? "connection" : stream == ControlStream ? "control connection" : "data connection";

    private void ReleaseBuffers()
    {
        if (!_hasBuffers)
        {
            return;
        }

        _hasBuffers = false;
        foreach (var slab in _slabs)
        {
            slab.Release();
        }
    }

    private void BeginLinger(long now)
    {
        _state = StreamLinkState.Lingering;
        _lingerDeadline = StreamLinkTimer.Deadline(now, LingerTime);
        ShutdownSend();
        Arm(_lingerDeadline);
        WantBytes();
    }

    // Everything that arrives while closing is thrown away; what counts is the peer's end.
    private int Discard(int stream)
    {
        var scratch = stackalloc byte[ScratchLength];
        var vector = new IoVector { Base = scratch, Length = ScratchLength };
        var total = 0;
        while (total < DrainBytesPerCycle)
        {
            var received = TryReceive(stream, &vector, 1);
            if (received == WouldBlock)
            {
                return total;
            }

            if (received <= 0)
            {
                EndWhileClosing();
                return total + 1;
            }

            total += received;
        }

        MarkReady(stream);
        return total;
    }

    private void EndWhileClosing()
    {
        if (_state == StreamLinkState.Lingering || QueuedBytes == 0)
        {
            Fail(LinkError.None, "closed here");
        }
        else
        {
            Fail(LinkError.PeerClosed, $"closed by the peer while {QueuedBytes} bytes were still to be sent");
        }
    }
}
