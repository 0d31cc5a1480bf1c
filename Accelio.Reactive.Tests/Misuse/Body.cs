using System.Buffers;

namespace Accelio.Reactive.Tests.Misuse;

/// <summary>Bodies that show whose they are: a number, and bytes that follow from it.</summary>
internal static class Body
{
    /// <summary>A body of a length of at least four bytes.</summary>
    public static byte[] Of(int number, int length)
    {
        var body = new byte[length];
        BitConverter.TryWriteBytes(body, number);
        body.AsSpan(sizeof(int)).Fill(Filling(number));
        return body;
    }

    /// <summary>The number of a body; fails when it is not as it was made.</summary>
    public static int NumberOf(in ReadOnlySequence<byte> body)
    {
        var bytes = body.ToArray();
        var number = BitConverter.ToInt32(bytes);
        return bytes.AsSpan(sizeof(int)).IndexOfAnyExcept(Filling(number)) < 0
            ? number
            : throw new WrongBytesException($"a body of {bytes.Length} bytes that says it is number {number} has others in it");
    }

    private static byte Filling(int number) => (byte)(number * 31);
}
