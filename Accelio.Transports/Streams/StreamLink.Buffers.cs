using Accelio.Transports.Memory;

namespace Accelio.Transports.Streams;

/// <content>The receive buffers: small when idle, large when busy, and never overwritten without asking the sink.</content>
internal abstract unsafe partial class StreamLink
{
    // Of a link that is idle or new: 2,000 of them cost 32 MiB at most.
    private const int IdleBufferLength = 16 * 1024;

    // Of a link that carries much: large enough that a system call moves many frames, small enough to stay in the cache of a core.
    private const int BusyBufferLength = 512 * 1024;

    // Below this, moving on in the buffer costs less than asking the sink whether it may be overwritten.
    private const int RewindFrom = 16 * 1024;
    private const int ReceiveBufferUnit = 4 * 1024;
    private const int MaxReceive = 1 << 30;
    private const long ShrinkAfter = TimeSpan.TicksPerSecond;

    // Whether the sink was given anything in place since it last agreed to the reuse of the buffers.
    private bool _delivered;

    private bool HasLargeBuffer =>
        _buffers[ControlStream].Capacity > IdleBufferLength || (_isDual && _buffers[DataStream].Capacity > IdleBufferLength);

    // Makes room for the next receive, and for the frame in hand.
    private void Prepare(int stream)
    {
        var buffer = _buffers[stream];
        var capacity = buffer.Capacity;
        var wanted = buffer.Filled && capacity < BusyBufferLength ? Math.Min(capacity * 4, BusyBufferLength) : capacity;
        wanted = Math.Max(wanted, buffer.Needed);
        if (wanted > capacity)
        {
            Relocate(stream, wanted);
            Arm(LastReceived + ShrinkAfter);
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

    // A link that has been idle for a while gives its large buffers back. False: it is in the middle of something.
    private bool ShrinkBuffers()
    {
        if (_placing)
        {
            return false;
        }

        var done = true;
        for (var i = 0; i < _buffers.Length; i++)
        {
            var buffer = _buffers[i];
            if (buffer.Capacity <= IdleBufferLength)
            {
                continue;
            }

            if (buffer.Length == 0)
            {
                buffer.Needed = 0;
                Relocate(i, IdleBufferLength);
            }
            else
            {
                done = false;
            }
        }

        return done;
    }
}
