using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Accelio.Transports.Memory;

namespace Accelio.Reactive;

/// <summary>
/// The memory of a writer as <see cref="Memory{T}"/>. Each time it is asked for it gets a window that ends below the one before, as
/// <see cref="LeasedMemory"/> has them: memory that was kept is refused, whatever is written here by then.
/// </summary>
internal sealed unsafe class WriterMemory : MemoryManager<byte>
{
    private readonly int _thread = Environment.CurrentManagedThreadId;
    private Slab? _slab;
    private int _offset;
    private int _length;
    private int _end;

    /// <summary>The free part of a slab as memory, the only one that may be written to from now on.</summary>
    public static Memory<byte> Open(ref WriterMemory? memory, Slab slab, int offset)
    {
        var length = slab.Length - offset;
        var end = memory is null ? 0 : memory._end - 1;
        if (memory is null || (uint)(end - length) > MemoryRegions.Margin)
        {
            memory?.Close();
            memory = new WriterMemory();
            end = Math.Max(length, MemoryRegions.Margin);
        }

        memory._slab = slab;
        memory._offset = offset;
        memory._length = length;
        memory._end = end;
        return memory.CreateMemory(end - length, length);
    }

    /// <summary>Nothing may be written any more.</summary>
    public void Close() => _slab = null;

    /// <inheritdoc/>
    public override Span<byte> GetSpan()
    {
        var first = Demand().Pointer + _offset;
        return MemoryMarshal.CreateSpan(ref Unsafe.AsRef<byte>(first - (_end - _length)), _end);
    }

    /// <summary>Keeps the block until the handle is disposed of.</summary>
    public override MemoryHandle Pin(int elementIndex = 0)
    {
        var slab = Demand();
        var start = _end - _length;
        return elementIndex >= start && elementIndex <= _end ? slab.Pin(_offset + elementIndex - start) : throw Closed();
    }

    /// <inheritdoc/>
    public override void Unpin()
    {
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
    }

    private static InvalidOperationException Closed() =>
        new("This memory of a writer may not be written to: ask for it again after Advance, use it on the thread of the callback only, "
            + "and keep none of it beyond the call.");

    private Slab Demand() => _thread == Environment.CurrentManagedThreadId && _slab is { } slab ? slab : throw Closed();
}
