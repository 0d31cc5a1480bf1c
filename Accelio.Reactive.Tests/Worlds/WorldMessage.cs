using System.Buffers;
using System.Buffers.Binary;

namespace Accelio.Reactive.Tests.Worlds;

/// <summary>The bytes of a message in a random world: what the receiver has to know, then a pattern that follows from the number.</summary>
/// <param name="Number">The step that sends it.</param>
/// <param name="Session">The session, one number for each that was opened.</param>
/// <param name="Time">How long the receiver takes.</param>
/// <param name="Answer">What the handler does.</param>
internal readonly record struct WorldMessage(int Number, int Session, TimeSpan Time, AnswerKind Answer)
{
    public const int HeadLength = 20;

    /// <summary>Writes it.</summary>
    public byte[] ToBytes(int length)
    {
        var bytes = new byte[length];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, Number);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(4), Session);
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(8), Time.Ticks);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(16), (int)Answer);
        Pattern(Number).Slice(0, length - HeadLength).CopyTo(bytes.AsSpan(HeadLength));
        return bytes;
    }

    /// <summary>Reads it.</summary>
    public static WorldMessage Read(in ReadOnlySequence<byte> bytes)
    {
        Span<byte> head = stackalloc byte[HeadLength];
        bytes.Slice(0, HeadLength).CopyTo(head);
        return new WorldMessage(
            BinaryPrimitives.ReadInt32LittleEndian(head),
            BinaryPrimitives.ReadInt32LittleEndian(head[4..]),
            new TimeSpan(BinaryPrimitives.ReadInt64LittleEndian(head[8..])),
            (AnswerKind)BinaryPrimitives.ReadInt32LittleEndian(head[16..]));
    }

    /// <summary>Whether the bytes are those of a message with that number.</summary>
    public static bool IsWhole(in ReadOnlySequence<byte> bytes, int number, int length)
    {
        if (bytes.Length != length || Read(bytes).Number != number)
        {
            return false;
        }

        var expected = Pattern(number);
        foreach (var segment in bytes.Slice(HeadLength))
        {
            if (!segment.Span.SequenceEqual(expected[..segment.Length]))
            {
                return false;
            }

            expected = expected[segment.Length..];
        }

        return true;
    }

    private static ReadOnlySpan<byte> Pattern(int number) => Patterns.AsSpan(number % 251);

    private static readonly byte[] Patterns = MakePatterns();

    private static byte[] MakePatterns()
    {
        var bytes = new byte[(1 << 22) + 256];
        new Random(1).NextBytes(bytes);
        return bytes;
    }
}
