using System.Buffers;
using System.Buffers.Binary;

namespace Accelio.Reactive.Tests.Docs;

/// <summary>What the examples send: a price and its change, 16 bytes.</summary>
internal readonly record struct Tick(double Price, double Change)
{
    public static Tick Read(ReadOnlySequence<byte> payload)
    {
        Span<byte> bytes = stackalloc byte[16];
        payload.CopyTo(bytes);
        return new Tick(BinaryPrimitives.ReadDoubleBigEndian(bytes), BinaryPrimitives.ReadDoubleBigEndian(bytes[8..]));
    }

    public byte[] ToBytes()
    {
        var bytes = new byte[16];
        BinaryPrimitives.WriteDoubleBigEndian(bytes, Price);
        BinaryPrimitives.WriteDoubleBigEndian(bytes.AsSpan(8), Change);
        return bytes;
    }
}
