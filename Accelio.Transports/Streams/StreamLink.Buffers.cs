using Accelio.Transports.Memory;

namespace Accelio.Transports.Streams;

/// <content>The receive buffers: none when idle, small at first, large when busy, and never overwritten without asking the sink.</content>
internal abstract unsafe partial class StreamLink
{
    // Of a link that begins to receive.
    private const int FirstBufferLength = 16 * 1024;

    // Of a link that carries much: large enough that a system call moves many frames, small enough to stay in the cache of a core.
    private const int BusyBufferLength = 512 * 1024;

    // Below this, moving on in the buffer costs less than asking the sink whether it may be overwritten.
    private const int RewindFrom = 16 * 1024;
    private const int ReceiveBufferUnit = 4 * 1024;
    private const int MaxReceive = 1 << 30;
    private const long IdleAfter = TimeSpan.TicksPerSecond / 4;

    private bool _hasBuffers;

    // Whether the sink was given anything in place since it last agreed to the reuse of the buffers.
    private bool _delivered;

    private bool HasUnread => _buffers[ControlStream].Length > 0 || (_isDual && _buffers[DataStream].Length > 0);

    // Makes room for the next receive, and for the frame in hand.
    private void Prepare(int stream)
    {
        if (!_hasBuffers)
        {
            TakeBuffers();
        }

        var buffer = _buffers[stream];
        var capacity = buffer.Capacity;
        var wanted = buffer.Filled && capacity < BusyBufferLength ? Math.Min(capacity * 4, BusyBufferLength) : capacity;
        wanted = Math.Max(wanted, buffer.Needed);
        if (wanted > capacity)
        {
            Relocate(stream, wanted);
        }
        else if (buffer.Start > 0)
        {
            var roomy = buffer.Free >= capacity / 4;
            var fits = buffer.Length == 0 ? buffer.Start < RewindFrom : buffer.Start + buffer.Needed <= capacity;
            if (!roomy || !fits)
            {
                Relocate(stream, capacity);
            }
        }
    }

    // At least this much room behind what is in the buffer, unless it is full to the brim with what is needed.
    private void MakeRoom(int stream, int length)
    {
        var buffer = _buffers[stream];
        if (buffer.Free < length)
        {
            Relocate(stream, Math.Max(buffer.Capacity, buffer.Length + length));
        }
    }

    // Moves what is not consumed to the beginning of this slab or of another.
    private void Relocate(int stream, int capacity)
    {
        var buffer = _buffers[stream];
        if (!AskForReuse())
        {
            for (var i = 0; i < _buffers.Length; i++)
            {
                Replace(i, i == stream ? capacity : _buffers[i].Capacity);
            }
        }
        else if (capacity != buffer.Capacity)
        {
            Replace(stream, capacity);
        }
        else
        {
            var length = buffer.Length;
            Buffer.MemoryCopy(buffer.First, buffer.Pointer, buffer.Capacity, length);
            buffer.Start = 0;
            buffer.End = length;
        }
    }

    // False: the sink holds the slabs, others have to take their place.
    private bool AskForReuse()
    {
        if (!_delivered)
        {
            return true;
        }

        _delivered = false;
        return _sink!.OnReceiveBufferReuse(this);
    }

    private void Replace(int stream, int capacity)
    {
        var buffer = _buffers[stream];
        var fresh = Poller.Memory.Rent(capacity);
        var length = buffer.Length;
        Buffer.MemoryCopy(buffer.First, fresh.Pointer, fresh.Length, length);
        _slabs[stream].Release();
        _slabs[stream] = fresh;
        buffer.Adopt(fresh, length);
    }

    private void TakeBuffers()
    {
        for (var i = 0; i < _buffers.Length; i++)
        {
            _slabs[i] = Poller.Memory.Rent(FirstBufferLength);
            _buffers[i].Adopt(_slabs[i], 0);
        }

        _hasBuffers = true;
        Arm(Poller.Now + IdleAfter);
    }

    // A link that has been idle for a while gives its buffers back. False: it is in the middle of something, and only what is large and
    // empty became small.
    private bool GiveBuffersBack()
    {
        if (_placing)
        {
            return false;
        }

        if (HasUnread)
        {
            ShrinkBuffers();
            return false;
        }

        // Whether the sink has moved everything away or holds the slabs itself: the link needs them no more.
        AskForReuse();
        if (_state == StreamLinkState.Closed)
        {
            return true;
        }

        ReleaseBuffers();
        foreach (var buffer in _buffers)
        {
            buffer.Leave();
        }

        return true;
    }

    private void ShrinkBuffers()
    {
        for (var i = 0; i < _buffers.Length; i++)
        {
            var buffer = _buffers[i];
            if (buffer.Capacity > FirstBufferLength && buffer.Length == 0)
            {
                buffer.Needed = 0;
                Relocate(i, FirstBufferLength);
            }
        }
    }
}
