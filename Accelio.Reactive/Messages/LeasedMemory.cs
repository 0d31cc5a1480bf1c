using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Accelio.Reactive;

/// <summary>
/// Makes the native memory of one leased message a <see cref="Memory{T}"/> that notices its end. Each lease gets a window [start, start + length) of its own, below all earlier ones: a Memory that
/// outlived its lease asks for a window beyond the present span and is refused by the framework's own bounds check, whatever the core is used for by then.
/// </summary>
internal sealed unsafe class LeasedMemory(MessageCore core, bool isHeader) : MemoryManager<byte>
{
    private int _start = int.MaxValue;
    private int _length;

    /// <summary>Whether a window of this length is left; if not, the owner makes a new object.</summary>
    public bool HasRoomFor(int length) => _start >= length;

    /// <summary>Opens the window of the next lease.</summary>
    public ReadOnlyMemory<byte> Open(int length)
    {
        _start -= length;
        _length = length;
        return CreateMemory(_start, length);
    }

    /// <inheritdoc/>
    public override Span<byte> GetSpan()
    {
        var address = core.Resolve(isHeader);
        return MemoryMarshal.CreateSpan(ref Unsafe.AsRef<byte>(address - _start), _start + _length);
    }

    /// <inheritdoc/>
    public override MemoryHandle Pin(int elementIndex = 0)
    {
        var address = core.PinInPlace(isHeader);
        if (elementIndex < _start || elementIndex > _start + _length)
        {
            core.ThrowStale();
        }

        return new MemoryHandle(address + (elementIndex - _start));
    }

    /// <inheritdoc/>
    public override void Unpin()
    {
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
    }
}
