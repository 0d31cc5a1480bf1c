using System.Buffers;
using System.Buffers.Binary;

namespace Accelio.Reactive.Tests.Serialization;

/// <summary>A number as four bytes, and nothing else: the smallest serializer that can fail.</summary>
internal sealed class Int32Serializer : IAccelioSerializer<int>
{
    public const int Unwritable = -1;

    public static readonly Int32Serializer Instance = new();

    public void Write(int value, IBufferWriter<byte> to)
    {
        if (value == Unwritable)
        {
            throw new NotSupportedException("this number cannot be written");
        }

        BinaryPrimitives.WriteInt32BigEndian(to.GetSpan(sizeof(int)), value);
        to.Advance(sizeof(int));
    }

    public int Read(in ReadOnlySequence<byte> from) => from.Length == sizeof(int)
        ? BinaryPrimitives.ReadInt32BigEndian(from.FirstSpan)
        : throw new FormatException($"{from.Length} bytes are no number");
}
