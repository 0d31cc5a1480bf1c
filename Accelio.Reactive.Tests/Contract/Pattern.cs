namespace Accelio.Reactive.Tests.Contract;

/// <summary>Bytes that tell where they belong: a window into one fixed random block, which begins where the key of the message says.</summary>
internal static class Pattern
{
    private const int Period = 65521;

    private static readonly byte[] Block = CreateBlock();

    public static byte[] Create(ulong key, int length)
    {
        var bytes = new byte[length];
        Fill(key, 0, bytes);
        return bytes;
    }

    public static void Fill(ulong key, long position, Span<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            var piece = Piece(key, position, bytes.Length);
            piece.CopyTo(bytes);
            bytes = bytes[piece.Length..];
            position += piece.Length;
        }
    }

    /// <summary>The first byte that is not as it should be; -1 when all are.</summary>
    public static long FindMismatch(ulong key, ReadOnlySpan<byte> bytes)
    {
        var position = 0L;
        while (!bytes.IsEmpty)
        {
            var piece = Piece(key, position, bytes.Length);
            var equal = piece.CommonPrefixLength(bytes);
            if (equal < piece.Length)
            {
                return position + equal;
            }

            bytes = bytes[piece.Length..];
            position += piece.Length;
        }

        return -1;
    }

    private static ReadOnlySpan<byte> Piece(ulong key, long position, int length)
    {
        var start = (int)((key * 7919 + (ulong)position) % Period);
        return Block.AsSpan(start, Math.Min(length, Period - start));
    }

    private static byte[] CreateBlock()
    {
        var block = new byte[Period];
        new Random(20240607).NextBytes(block);
        return block;
    }
}
