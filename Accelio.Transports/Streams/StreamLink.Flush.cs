using System.Runtime.CompilerServices;
using Accelio.Native.Linux;

namespace Accelio.Transports.Streams;

/// <content>What was collected leaves: once per duty cycle, in as few calls as it takes.</content>
internal abstract unsafe partial class StreamLink
{
    private bool _dirty;
    private int _sendFailure;

    // One bit per stream that took less than it was offered and has not asked for more since.
    private int _writeBlocked;
    private long _sendProgress;

    private long SendDeadline => StreamLinkTimer.Deadline(_sendProgress, Options.SendProgressTimeout);

    /// <summary>Hands what is queued to the streams. Called by the poller at the end of a duty cycle.</summary>
    public void Flush(long now)
    {
        _dirty = false;
        FlushStreams(now);
    }

    /// <summary>Whether the flush that is to come has bytes for a stream.</summary>
    protected bool WillSend(int stream) => _dirty && !_queues[stream].IsEmpty;

    /// <summary>A stream takes bytes again.</summary>
    protected void OnStreamWritable(int stream, long now)
    {
        var bit = 1 << stream;
        if (_state == StreamLinkState.Closed || (_writeBlocked & bit) == 0)
        {
            return;
        }

        _writeBlocked &= ~bit;

        // Not read, but heard of: the peer takes what it is sent, and as long as that is one large body it can say nothing else.
        LastReceived = now;
        FlushStreams(now);
        if (_state != StreamLinkState.Closed && (_writeBlocked & bit) == 0)
        {
            UpdateInterest(stream, (_readInterest & bit) != 0, wantWrite: false);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void MarkDirty()
    {
        if (!_dirty)
        {
            _dirty = true;
            Poller.MarkDirty(this);
        }
    }

    // Inside Send, so nothing is told to the sink: what is released, and room again, is told at the end of the duty cycle.
    private void FlushEarly()
    {
        _framesSinceFlush = 0;
        if (_writeBlocked == 0 && FlushStream(ControlStream, Poller.Now) && _isDual)
        {
            FlushStream(DataStream, Poller.Now);
        }
    }

    private void FlushStreams(long now)
    {
        _framesSinceFlush = 0;
        if (_state is StreamLinkState.Closed or StreamLinkState.Opening)
        {
            return;
        }

        // Control first: the peer can then put the data where they belong as they come.
        if (!FlushStream(ControlStream, now) || (_isDual && !FlushStream(DataStream, now)))
        {
            return;
        }

        if (!_released.IsEmpty)
        {
            _released.Release(this, _sink!);
        }

        EndBacklog(now);
        if (_congested && QueuedBytes <= Options.SendHighWatermark / 2)
        {
            _congested = false;
            _sink!.OnWritable(this);
        }

        if (_state == StreamLinkState.Flushing && QueuedBytes == 0)
        {
            BeginLinger(now);
        }
    }

    // False when the link has closed.
    private bool FlushStream(int stream, long now)
    {
        var queue = _queues[stream];
        var bit = 1 << stream;
        while (!queue.IsEmpty && (_writeBlocked & bit) == 0)
        {
            var vectors = queue.Peek(out var count);
            var sent = TrySend(stream, vectors, count);
            if (sent > 0)
            {
                _sendProgress = now;
                if (queue.Advance(sent, _released) < count)
                {
                    Block(stream, now);
                }
            }
            else if (sent == WouldBlock)
            {
                Block(stream, now);
            }
            else
            {
                SendFailed(stream, sent);
                return _state != StreamLinkState.Closed;
            }
        }

        return true;
    }

    private void Block(int stream, long now)
    {
        var bit = 1 << stream;
        if (_writeBlocked == 0)
        {
            // Progress is due from now on; before, nothing was waiting for the peer.
            _sendProgress = now;
        }

        _writeBlocked |= bit;
        UpdateInterest(stream, (_readInterest & bit) != 0, wantWrite: true);
        Arm(SendDeadline);
    }

    // What the peer sent before it went away may still be waiting to be read; its end will then be found there too.
    private void SendFailed(int stream, int result)
    {
        if (_state == StreamLinkState.Ready && !_paused)
        {
            _writeBlocked |= 1 << stream;
            _sendFailure = result;
            MarkReady(stream);
        }
        else
        {
            Fail(LinkError.TransportFailed, $"send: {Errno.Describe(result)}");
        }
    }
}
