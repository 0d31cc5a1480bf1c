using System.Buffers;
using Accelio.Reactive.Engine;
using Accelio.Transports.Memory;

namespace Accelio.Reactive;

/// <summary>
/// Memory of the library for what you send and receive: from <see cref="AccelioContext.RentMemory"/>. Given as the body of a message, as a
/// whole or a part of its Memory, it is sent from where it is, whatever its length: the library takes a hold of its own, so that the call
/// need not wait until the bytes have left, and you may <see cref="Dispose()"/> of the memory as soon as the call is made. Do not write to
/// it again while <see cref="IsInUse"/>. Any thread. What it holds at first is undefined.
/// </summary>
/// <remarks>Memory that is dropped without Dispose is lost until the process ends. No finalizer looks for it, because a span of it may be
/// in use when nothing else refers to it any more.</remarks>
public sealed class RegisteredMemory : MemoryManager<byte>
{
    private readonly Slab _slab;
    private readonly int _length;

    // The owner's one, and one for each who is about to take a hold on the slab; with the last the slab is given up.
    private int _uses = 1;
    private int _isDisposed;
    private int _pins;

    internal RegisteredMemory(Slab slab, int length)
    {
        _slab = slab;
        _length = length;
    }

    /// <summary>Length in bytes, as it was asked for.</summary>
    public int Length => _length;

    /// <summary>Whether anybody else holds the memory: a message under way, or a MemoryHandle. False once it was disposed of.</summary>
    public bool IsInUse => Volatile.Read(ref _isDisposed) == 0 && _slab.Holds > 1;

    /// <summary>The memory. It throws <see cref="ObjectDisposedException"/> when it is used after <see cref="Dispose()"/>.</summary>
    public override Memory<byte> Memory => CreateMemory(_length);

    /// <summary>The memory as a span, for use at once: nothing can check it after <see cref="Dispose()"/>.</summary>
    /// <exception cref="ObjectDisposedException">The memory was disposed of.</exception>
    public override unsafe Span<byte> GetSpan()
    {
        ObjectDisposedException.ThrowIf(Volatile.Read(ref _isDisposed) != 0, this);
        return new Span<byte>(_slab.Pointer, _length);
    }

    /// <summary>Keeps the memory until the handle is disposed of, whatever becomes of this object.</summary>
    /// <exception cref="ObjectDisposedException">The memory was disposed of.</exception>
    public override unsafe MemoryHandle Pin(int elementIndex = 0)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)elementIndex, (uint)_length, nameof(elementIndex));
        Hold();
        Interlocked.Increment(ref _pins);
        return new MemoryHandle(_slab.Pointer + elementIndex, pinnable: this);
    }

    /// <inheritdoc/>
    public override void Unpin()
    {
        if (Interlocked.Decrement(ref _pins) < 0)
        {
            Interlocked.Increment(ref _pins);
            throw new InvalidOperationException(
                "Registered memory was unpinned more often than it was pinned. Dispose each MemoryHandle once, and no copies of it.");
        }

        _slab.Release();
    }

    /// <summary>Gives the memory back. What is on its way keeps it until it has left; a second time does nothing.</summary>
    public void Dispose() => Dispose(disposing: true);

    /// <summary>A part of the memory as the body of a message, with a hold of its own.</summary>
    internal HeldBody Lend(int start, int length)
    {
        Hold();
        return SlabBody.Take(_slab, start, length, isNeverCopied: true);
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) == 0)
        {
            EndUse();
        }
    }

    private void Hold()
    {
        while (true)
        {
            var uses = Volatile.Read(ref _uses);
            ObjectDisposedException.ThrowIf(uses == 0 || Volatile.Read(ref _isDisposed) != 0, this);
            if (Interlocked.CompareExchange(ref _uses, uses + 1, uses) == uses)
            {
                break;
            }
        }

        // Nobody gives the slab up now.
        _slab.Hold();
        EndUse();
    }

    private void EndUse()
    {
        if (Interlocked.Decrement(ref _uses) == 0)
        {
            _slab.Release();
        }
    }
}
