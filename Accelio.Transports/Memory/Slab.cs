namespace Accelio.Transports.Memory;

internal sealed unsafe class Slab
{
    public byte* Pointer => throw null!;

    public int Length => 0;

    public Span<byte> Span => default;

    public void Hold()
    {
    }

    public void Release()
    {
    }
}
