using System.Buffers;

namespace Accelio.Transports.Memory;

internal sealed unsafe class Slab : MemoryManager<byte>
{
    /// <summary>Longest block, bytes.</summary>
    public const int MaxLength = 1 << 30;

    public byte* Pointer => throw null!;

    public int Length => 0;

    public Span<byte> Span => default;

    public void Hold()
    {
    }

    public void Release()
    {
    }

    public override Span<byte> GetSpan() => default;

    public override MemoryHandle Pin(int elementIndex = 0) => default;

    public override void Unpin()
    {
    }

    protected override void Dispose(bool disposing)
    {
    }
}
