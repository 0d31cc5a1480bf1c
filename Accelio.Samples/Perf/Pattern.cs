using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Accelio.Samples.Perf;

/// <summary>Contents that tell a message's number: the number itself in front, then words that depend on number and place.</summary>
internal static class Pattern
{
    /// <summary>Writes the contents of a message.</summary>
    public static void Fill(Span<byte> bytes, long number)
    {
        var words = MemoryMarshal.Cast<byte, ulong>(bytes);
        for (var i = 0; i < words.Length; i++)
        {
            words[i] = Word(number, i);
        }

        for (var i = words.Length * sizeof(ulong); i < bytes.Length; i++)
        {
            bytes[i] = (byte)Word(number, i);
        }
    }

    /// <summary>Throws unless these are the contents of the message.</summary>
    public static void Check(ReadOnlySpan<byte> bytes, long number, int length, string what)
    {
        if (bytes.Length != length)
        {
            throw new VerificationException($"{what} of message {number} has {bytes.Length} bytes, not {length}");
        }

        var words = MemoryMarshal.Cast<byte, ulong>(bytes);
        for (var i = 0; i < words.Length; i++)
        {
            if (words[i] != Word(number, i))
            {
                throw new VerificationException($"{what} of message {number} is wrong at byte {i * sizeof(ulong)}");
            }
        }

        for (var i = words.Length * sizeof(ulong); i < length; i++)
        {
            if (bytes[i] != (byte)Word(number, i))
            {
                throw new VerificationException($"{what} of message {number} is wrong at byte {i}");
            }
        }
    }

    private static ulong Word(long number, int index) =>
        ((ulong)number * 0x9E3779B97F4A7C15) ^ BinaryPrimitives.ReverseEndianness((ulong)index * 0xC2B2AE3D27D4EB4F);
}
