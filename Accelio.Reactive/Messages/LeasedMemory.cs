using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Accelio.Transports.Memory;

namespace Accelio.Reactive;

/// <summary>
/// Makes the native memory of one lease after another a <see cref="Memory{T}"/> that notices its end. Each lease sees its bytes in a window
/// of its own, and each window ends below the one before: a Memory that outlived its lease asks for a window beyond the present one and is
/// refused by the framework's own bounds check, whatever the object is used for by then.
/// </summary>
/// <remarks>The span that is shown begins as far in front of the bytes as the window begins above 0. It is never read there, but a
/// reference that points there must not be taken for one into the managed heap, so windows begin within
/// <see cref="MemoryRegions.Margin"/>.</remarks>
internal sealed unsafe class LeasedMemory(MessageLease lease, bool isHeader) : MemoryManager<byte>
{
    private const int LargeSteps = 64 << 10;
    private int _pins;
    private volatile bool _isRetired;

    /// <summary>Whether there is no window left: nothing may be read through it any more.</summary>
    public bool IsRetired => _isRetired;

    /// <summary>The place for the window of the next lease; when none is left the owner makes a new object.</summary>
    /// <param name="memory">The object that has served until now; set to null when it is used up.</param>
    /// <param name="end">Where the last window ended.</param>
    /// <param name="length">Length of the next window.</param>
    /// <returns>Where the next window ends.</returns>
    public static int Place(ref LeasedMemory? memory, int end, int length)
    {
        if (memory is not null)
        {
            end--;
            if ((uint)(end - length) <= MemoryRegions.Margin)
            {
                return end;
            }

            memory._isRetired = true;
            memory = null;
        }

        return length <= MemoryRegions.Margin ? MemoryRegions.Margin : length + LargeSteps;
    }

    /// <summary>The memory of the lease whose window ends there.</summary>
    public ReadOnlyMemory<byte> Window(int end, int length) => CreateMemory(end - length, length);

    /// <summary>The bytes of any memory; of a lease that is over it says so, where the framework would speak of a range.</summary>
    public static ReadOnlySpan<byte> Read(ReadOnlyMemory<byte> memory)
    {
        if (!MemoryMarshal.TryGetMemoryManager<byte, LeasedMemory>(memory, out var leased, out var start, out var length))
        {
            return memory.Span;
        }

        if (!leased.TryRead(start, length, out var span))
        {
            MessageLease.ThrowStale();
        }

        return span;
    }

    /// <summary>
    /// What reading a body has thrown, in words that help: memory of a lease that is over, and whose object serves another by now, is
    /// refused by the framework's bounds check, which says nothing of leases.
    /// </summary>
    public static Exception Explain(Exception thrown, in ReadOnlySequence<byte> body) =>
        thrown is ArgumentOutOfRangeException && IsLeased(body) ? MessageLease.Stale() : thrown;

    /// <inheritdoc/>
    public override Span<byte> GetSpan()
    {
        var address = lease.Resolve(this, isHeader, out var end, out var length);
        return MemoryMarshal.CreateSpan(ref Unsafe.AsRef<byte>(address - (end - length)), end);
    }

    /// <summary>The bytes of a part of a window, if they are those of the present lease.</summary>
    /// <param name="start">Where the part begins.</param>
    /// <param name="length">Its length in bytes.</param>
    /// <param name="span">The bytes.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryRead(int start, int length, out ReadOnlySpan<byte> span)
    {
        if (lease.TryResolve(this, isHeader, out var address, out var end, out var whole))
        {
            var offset = (uint)(start - (end - whole));
            if (offset + (ulong)(uint)length <= (uint)whole)
            {
                span = new ReadOnlySpan<byte>(address + offset, length);
                return true;
            }
        }

        span = default;
        return false;
    }

    /// <summary>Keeps the message, buffer and credit, until the handle is disposed of, whatever becomes of the lease.</summary>
    public override MemoryHandle Pin(int elementIndex = 0)
    {
        lease.HoldForPin();
        try
        {
            // Another thread may end the lease at this very moment.
            var address = lease.Core.PinInPlace(isHeader);
            _ = lease.Resolve(this, isHeader, out var end, out var length);
            if (elementIndex < end - length || elementIndex > end)
            {
                MessageLease.ThrowStale();
            }

            Interlocked.Increment(ref _pins);
            return new MemoryHandle(address + (elementIndex - (end - length)), pinnable: this);
        }
        catch
        {
            lease.Core.Unhold();
            throw;
        }
    }

    /// <inheritdoc/>
    public override void Unpin()
    {
        if (Interlocked.Decrement(ref _pins) < 0)
        {
            Interlocked.Increment(ref _pins);
            throw new InvalidOperationException(
                "The memory of a message was unpinned more often than it was pinned. Dispose each MemoryHandle once, and no copies of it.");
        }

        lease.Core.Unhold();
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
    }

    private static bool IsLeased(in ReadOnlySequence<byte> body)
    {
        var first = body.Start.GetObject();
        var segment = first as ReadOnlySequenceSegment<byte>;
        while (segment is not null && !MemoryMarshal.TryGetMemoryManager<byte, LeasedMemory>(segment.Memory, out _))
        {
            segment = segment.Next;
        }

        return first is LeasedMemory || segment is not null;
    }
}
