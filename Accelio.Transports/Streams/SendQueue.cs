using System.Runtime.CompilerServices;
using Accelio.Native.Linux;
using Accelio.Transports.Memory;

namespace Accelio.Transports.Streams;

/// <summary>
/// What waits to leave on one stream: pieces of memory in order, ready to be handed to the system as they are. Headers and small bodies
/// are written into blocks of the pool, one behind
/// the other, so that any number of small frames is one piece; large bodies are pieces of their own. An empty queue holds no block.
/// </summary>
internal sealed unsafe class SendQueue(SlabPool memory)
{
    /// <summary>Length of a block in bytes: large enough that a system call is worth its price, small enough to stay in the
    /// caches.</summary>
    public const int BlockLength = 64 * 1024;

    /// <summary>Most pieces handed to the system at once.</summary>
    public const int MaxVectors = 64;

    private const int InitialPieces = 8;

    // On the pinned heap: the system reads it without a copy.
    private IoVector[] _vectors = GC.AllocateArray<IoVector>(InitialPieces, pinned: true);
    private SendEntry[] _entries = new SendEntry[InitialPieces];
    private int _head;
    private int _tail;
    private int _bulkStarts;
    private Slab? _block;
    private byte* _next;
    private byte* _blockEnd;

    // Where the last piece ends, if it may grow; else null.
    private byte* _growingEnd;

    /// <summary>Bytes waiting.</summary>
    public long Bytes { get; private set; }

    /// <summary>Those of them that lie in memory of the sink.</summary>
    public long ReferencedBytes { get; private set; }

    /// <summary>Whether nothing waits.</summary>
    public bool IsEmpty => _head == _tail;

    /// <summary>The pieces to hand over next; <paramref name="count"/> is at most <see cref="MaxVectors"/>.</summary>
    public IoVector* Peek(out int count)
    {
        count = Math.Min(_tail - _head, MaxVectors);
        return (IoVector*)Unsafe.AsPointer(ref _vectors[_head]);
    }

    /// <summary>Adds <paramref name="length"/> bytes behind everything else, which the caller writes before anything else happens to the
    /// queue.</summary>
    /// <param name="length">Bytes; they are contiguous.</param>
    /// <param name="startsBulk">Whether urgent frames may be put in front of these bytes.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public byte* Reserve(int length, bool startsBulk)
    {
        if (length > _blockEnd - _next)
        {
            TakeBlock(length);
        }

        var p = _next;
        _next += length;
        Bytes += length;
        if (_growingEnd == p && !startsBulk)
        {
            _vectors[_tail - 1].Length += (nuint)length;
        }
        else
        {
            AppendBlockPiece(p, length, startsBulk);
        }

        _growingEnd = _next;
        return p;
    }

    /// <summary>Takes back what was reserved last, when it could not be written.</summary>
    public void TakeBack(int length)
    {
        _next -= length;
        Bytes -= length;
        ref var vector = ref _vectors[_tail - 1];
        vector.Length -= (nuint)length;
        _growingEnd = _next;
        if (vector.Length != 0)
        {
            return;
        }

        ref var entry = ref _entries[--_tail];
        entry.Block?.Release();
        _bulkStarts -= entry.StartsBulk ? 1 : 0;
        entry = default;
        _growingEnd = null;
        if (_head == _tail)
        {
            Rewind();
        }
    }

    /// <summary>Adds memory of the sink.</summary>
    /// <param name="p">First byte; stays where it is until the token is released.</param>
    /// <param name="length">Bytes, more than 0.</param>
    /// <param name="token">With the last piece of a body: what to release when it has left.</param>
    public void AddReference(byte* p, nuint length, SendToken? token)
    {
        EnsureRoom();
        _vectors[_tail] = new IoVector { Base = p, Length = length };
        _entries[_tail++] = new SendEntry { Token = token };
        _growingEnd = null;
        Bytes += (long)length;
        ReferencedBytes += (long)length;
    }

    /// <summary>As <see cref="Reserve"/>, but in front of the first bulk frame of which nothing has left yet.</summary>
    public byte* ReserveUrgent(int length)
    {
        if (_bulkStarts == 0)
        {
            return Reserve(length, startsBulk: false);
        }

        var index = _head;
        while (!_entries[index].StartsBulk || _entries[index].Begun)
        {
            if (++index == _tail)
            {
                return Reserve(length, startsBulk: false);
            }
        }

        if (length > _blockEnd - _next)
        {
            TakeBlock(length);
        }

        var p = _next;
        _next += length;
        Bytes += length;
        var before = _tail - index;
        EnsureRoom();
        index = _tail - before;
        Array.Copy(_vectors, index, _vectors, index + 1, before);
        Array.Copy(_entries, index, _entries, index + 1, before);
        _block!.Hold();
        _vectors[index] = new IoVector { Base = p, Length = (nuint)length };
        _entries[index] = new SendEntry { Block = _block };
        _tail++;

        // The bytes behind the last piece are these now, wherever they stand in the queue.
        _growingEnd = null;
        return p;
    }

    /// <summary>So many bytes have begun to leave: nothing can be put in front of them any more.</summary>
    public void Begin(int bytes)
    {
        var left = (nuint)bytes;
        for (var i = _head; left > 0; i++)
        {
            _entries[i].Begun = true;
            left -= nuint.Min(left, _vectors[i].Length);
        }
    }

    /// <summary>Takes away what has left.</summary>
    /// <param name="sent">Bytes.</param>
    /// <param name="released">Receives the tokens of the bodies that have left completely.</param>
    /// <returns>How many pieces have left completely.</returns>
    public int Advance(long sent, TokenList released)
    {
        var first = _head;
        Bytes -= sent;
        while (sent > 0)
        {
            ref var vector = ref _vectors[_head];
            ref var entry = ref _entries[_head];
            var taken = Math.Min(sent, (long)vector.Length);
            ReferencedBytes -= entry.Block is null ? taken : 0;
            if ((ulong)sent < vector.Length)
            {
                vector.Base += sent;
                vector.Length -= (nuint)sent;
                entry.Begun = true;
                break;
            }

            sent -= taken;
            Complete(released);
        }

        var completed = _head - first;
        if (_head == _tail)
        {
            Rewind();
        }

        return completed;
    }

    /// <summary>Drops everything.</summary>
    public void Clear(TokenList released)
    {
        while (_head < _tail)
        {
            Complete(released);
        }

        Bytes = ReferencedBytes = 0;
        Rewind();
    }

    private void Complete(TokenList released)
    {
        ref var entry = ref _entries[_head++];
        entry.Block?.Release();
        if (entry.Token is { } token)
        {
            released.Add(token);
        }

        if (entry.StartsBulk)
        {
            _bulkStarts--;
        }

        entry = default;
    }

    private void Rewind()
    {
        _head = _tail = 0;
        _growingEnd = null;
        _next = _blockEnd = null;
        _block?.Release();
        _block = null;
    }

    private void TakeBlock(int length)
    {
        _block?.Release();
        _block = null;
        _block = memory.Rent(Math.Max(BlockLength, length));
        _next = _block.Pointer;
        _blockEnd = _next + _block.Length;
        _growingEnd = null;
    }

    private void AppendBlockPiece(byte* p, int length, bool startsBulk)
    {
        EnsureRoom();
        _block!.Hold();
        _vectors[_tail] = new IoVector { Base = p, Length = (nuint)length };
        _entries[_tail++] = new SendEntry { Block = _block, StartsBulk = startsBulk };
        if (startsBulk)
        {
            _bulkStarts++;
        }
    }

    private void EnsureRoom()
    {
        if (_tail < _entries.Length)
        {
            return;
        }

        var count = _tail - _head;
        if (_head >= _entries.Length / 2)
        {
            Array.Copy(_vectors, _head, _vectors, 0, count);
            Array.Copy(_entries, _head, _entries, 0, count);
            Array.Clear(_entries, count, _head);
        }
        else
        {
            var vectors = GC.AllocateArray<IoVector>(_vectors.Length * 2, pinned: true);
            var entries = new SendEntry[_entries.Length * 2];
            Array.Copy(_vectors, _head, vectors, 0, count);
            Array.Copy(_entries, _head, entries, 0, count);
            _vectors = vectors;
            _entries = entries;
        }

        _head = 0;
        _tail = count;
    }
}
