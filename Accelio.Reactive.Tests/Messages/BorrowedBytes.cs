using System.Buffers.Binary;

namespace Accelio.Reactive.Tests.Messages;

/// <summary>Bytes that tell which call they belong to, and whether all of them do.</summary>
internal static class BorrowedBytes
{
    private const byte Scribbled = 0xEE;

    public static void Fill(byte[] bytes, int number)
    {
        for (var i = 0; i < bytes.Length; i++)
        {
            bytes[i] = (byte)(number + (i * 7) + (i >> 8));
        }

        BinaryPrimitives.WriteInt32LittleEndian(bytes, number);
    }

    public static int NumberOf(ReadOnlySpan<byte> bytes) => BinaryPrimitives.ReadInt32LittleEndian(bytes);

    public static bool IsSound(ReadOnlySpan<byte> bytes)
    {
        var expected = new byte[bytes.Length];
        Fill(expected, NumberOf(bytes));
        return bytes.SequenceEqual(expected);
    }

    public static void Scribble(byte[] bytes) => bytes.AsSpan().Fill(Scribbled);

    public static bool IsAsScribbled(byte[] bytes) => bytes.AsSpan().IndexOfAnyExcept(Scribbled) < 0;
}
