using System.Buffers;

namespace Accelio.Reactive.Tests.Tcp;

/// <summary>Test bodies.</summary>
internal static class Bytes
{
    /// <summary>Bytes that differ from place to place and from seed to seed.</summary>
    public static byte[] Pattern(int length, int seed = 0)
    {
        var bytes = new byte[length];
        new Random(seed * 31 + length).NextBytes(bytes);
        return bytes;
    }

    /// <summary>A short name for contents.</summary>
    public static string Hash(ReadOnlySpan<byte> bytes) => Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(bytes)[..8]);

    /// <summary>A sequence of one segment.</summary>
    public static ReadOnlySequence<byte> Whole(byte[] bytes) => new(bytes);

    /// <summary>A sequence of several segments, of which every second is empty.</summary>
    public static ReadOnlySequence<byte> InParts(byte[] bytes, int parts)
    {
        var first = new Segment(ReadOnlyMemory<byte>.Empty, null);
        var last = first;
        for (var i = 0; i < parts; i++)
        {
            var from = bytes.Length * i / parts;
            var to = bytes.Length * (i + 1) / parts;
            last = new Segment(new Segment(ReadOnlyMemory<byte>.Empty, last), bytes.AsMemory(from, to - from));
        }

        return new ReadOnlySequence<byte>(first, 0, last, last.Memory.Length);
    }

    private sealed class Segment : ReadOnlySequenceSegment<byte>
    {
        public Segment(ReadOnlyMemory<byte> memory, Segment? previous)
        {
            Memory = memory;
            if (previous is not null)
            {
                RunningIndex = previous.RunningIndex + previous.Memory.Length;
                previous.Next = this;
            }
        }

        public Segment(Segment previous, ReadOnlyMemory<byte> memory)
            : this(memory, previous)
        {
        }
    }
}
