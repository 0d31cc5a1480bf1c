using System.Buffers;
using System.Runtime.InteropServices;
using Accelio.Reactive.Engine;
using Accelio.Transports.Memory;

namespace Accelio.Reactive;

/// <summary>
/// Pinned memory for what you send and receive: the library's, from <see cref="AccelioContext.RentMemory"/>, or your own, from
/// <see cref="AccelioContext.RegisterMemory"/>. Given as the body of a message, as a whole or a part of its Memory, it is sent from where it
/// is, whatever its length: the library takes a hold of its own, so that the call need not wait until the bytes have left, and you may
/// <see cref="Dispose()"/> of the memory as soon as the call is made. Do not write to it again while <see cref="IsInUse"/>. Long messages are
/// received into it where a <see cref="BufferSelector"/> says so. Any thread.
/// What rented memory holds at first is undefined.
/// </summary>
/// <remarks>The bytes are an array of their own, never memory that messages arrive in unasked or that somebody else rents later: a span of it that
/// is used too long reaches nothing but itself. Rented memory that is dropped without Dispose is collected like any object; memory of yours
/// stays pinned then: no finalizer looks for it, because a span of it may be in use when nothing else refers to it any more.</remarks>
public sealed class RegisteredMemory : MemoryManager<byte>
{
    private readonly Memory<byte> _memory;
    private MemoryHandle _pin;
    private RegionEntry? _region;

    // The owner's one, and one for each message and each handle that refers to the memory. With the last it is let go.
    private int _uses = 1;
    private int _isDisposed;
    private int _pins;

    internal RegisteredMemory(Memory<byte> memory)
    {
        _memory = memory;
        _pin = memory.Pin();
    }

    /// <summary>Length in bytes, as it was asked for.</summary>
    public int Length => _memory.Length;

    /// <summary>Whether anybody else holds the memory: a message under way, or a MemoryHandle. False once it was disposed of.</summary>
    public bool IsInUse => Volatile.Read(ref _isDisposed) == 0 && Holds > 0;

    /// <summary>The memory. It throws <see cref="ObjectDisposedException"/> when it is used after <see cref="Dispose()"/>.</summary>
    public override Memory<byte> Memory => CreateMemory(Length);

    /// <summary>Called when the last hold has ended. Any thread.</summary>
    internal Action? OnLetGo { get; init; }

    /// <summary>The memory as something that devices may know, for somebody who holds it: they do from its first use over a link that needs it until it is let go.</summary>
    internal unsafe RegionEntry Region => Volatile.Read(ref _region)
        ?? Interlocked.CompareExchange(ref _region, new RegionEntry(new MemoryRegion(PointerAt(0), Length, isPortable: true)), null)
        ?? _region!;

    /// <summary>How many messages and handles hold the memory.</summary>
    internal int Holds => Volatile.Read(ref _uses) - 1 + Volatile.Read(ref _isDisposed);

    /// <summary>The memory as a span, for use at once: nothing can check it after <see cref="Dispose()"/>.</summary>
    /// <exception cref="ObjectDisposedException">The memory was disposed of.</exception>
    public override Span<byte> GetSpan()
    {
        ObjectDisposedException.ThrowIf(Volatile.Read(ref _isDisposed) != 0, this);
        return _memory.Span;
    }

    /// <summary>Keeps the memory until the handle is disposed of, whatever becomes of this object.</summary>
    /// <exception cref="ObjectDisposedException">The memory was disposed of.</exception>
    public override unsafe MemoryHandle Pin(int elementIndex = 0)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)elementIndex, (uint)Length, nameof(elementIndex));
        Hold();
        Interlocked.Increment(ref _pins);
        return new MemoryHandle((byte*)_pin.Pointer + elementIndex, pinnable: this);
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

        EndHold();
    }

    /// <summary>Gives the memory back. What is on its way keeps it until it has left; a second time does nothing.</summary>
    public void Dispose() => Dispose(disposing: true);

    /// <summary>Memory of the library.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The length is less than 1 or more than that of the longest message.</exception>
    internal static RegisteredMemory Rent(int length)
    {
        Check.Range(length, 1, Slab.MaxLength, nameof(length));
        var bytes = GC.AllocateUninitializedArray<byte>(length, pinned: true);
        return new RegisteredMemory(MemoryMarshal.CreateFromPinnedArray(bytes, 0, length));
    }

    /// <summary>The bytes, for somebody who holds the memory.</summary>
    internal Memory<byte> Held => _memory;

    /// <summary>A part of the memory as the body of a message, with a hold of its own.</summary>
    internal HeldBody Lend(int start, int length)
    {
        Hold();
        return RegisteredBody.Take(this, _memory.Slice(start, length));
    }

    /// <summary>A hold for a body that is received into the memory.</summary>
    /// <exception cref="ObjectDisposedException">It was disposed of.</exception>
    internal void Hold() => ObjectDisposedException.ThrowIf(!TryHold(), this);

    /// <summary>The same; false when it was disposed of.</summary>
    internal bool TryHold()
    {
        while (true)
        {
            var uses = Volatile.Read(ref _uses);
            if (uses == 0 || Volatile.Read(ref _isDisposed) != 0)
            {
                return false;
            }

            if (Interlocked.CompareExchange(ref _uses, uses + 1, uses) == uses)
            {
                return true;
            }
        }
    }

    /// <summary>The address of a byte, for somebody who holds the memory.</summary>
    internal unsafe byte* PointerAt(int offset) => (byte*)_pin.Pointer + offset;

    /// <summary>The offset of an address, for somebody who holds the memory.</summary>
    internal unsafe int OffsetOf(byte* address) => (int)(address - (byte*)_pin.Pointer);

    /// <summary>A message needs the memory no more. Any thread.</summary>
    internal void EndHold()
    {
        if (Interlocked.Decrement(ref _uses) == 0)
        {
            _region?.Registration?.Dispose();
            _pin.Dispose();
            OnLetGo?.Invoke();
        }
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) == 0)
        {
            EndHold();
        }
    }
}
