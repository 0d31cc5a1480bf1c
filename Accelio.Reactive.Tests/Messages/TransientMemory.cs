using System.Buffers;

namespace Accelio.Reactive.Tests.Messages;

/// <summary>Memory that throws when it is used after its end, as memory of others may do.</summary>
internal sealed unsafe class TransientMemory(byte[] bytes, bool endsWhenPinned = false) : MemoryManager<byte>
{
    private int _pins;
    private volatile bool _isGone;

    public int Pins => Volatile.Read(ref _pins);

    public void End() => _isGone = true;

    public override Span<byte> GetSpan() => _isGone ? throw Gone() : bytes;

    public override MemoryHandle Pin(int elementIndex = 0)
    {
        if (_isGone)
        {
            throw Gone();
        }

        Interlocked.Increment(ref _pins);
        var handle = bytes.AsMemory(elementIndex).Pin();
        _isGone = endsWhenPinned;
        return new MemoryHandle(handle.Pointer, pinnable: new Pinned(this, handle));
    }

    public override void Unpin()
    {
    }

    protected override void Dispose(bool disposing)
    {
    }

    private static ObjectDisposedException Gone() => new(nameof(TransientMemory), "transient memory is gone");

    private sealed class Pinned(TransientMemory memory, MemoryHandle handle) : IPinnable
    {
        private MemoryHandle _handle = handle;

        public MemoryHandle Pin(int elementIndex) => throw new NotSupportedException();

        public void Unpin()
        {
            _handle.Dispose();
            Interlocked.Decrement(ref memory._pins);
        }
    }
}
