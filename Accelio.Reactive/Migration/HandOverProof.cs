using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Accelio.Reactive;

/// <summary>
/// What two servers show each other before a session is handed over: that both know the key. Each gives a random number, new for each session between them, and each says something that depends on both and cannot be
/// said without the key (HMAC-SHA-256).
/// </summary>
internal static class HandOverProof
{
    /// <summary>Bytes of a proof.</summary>
    public const int Size = HMACSHA256.HashSizeInBytes;

    /// <summary>Bytes of the random number that each side gives.</summary>
    public const int NonceSize = 16;

    /// <summary>The new server's proof.</summary>
    public static byte[] OfTaker(ReadOnlySpan<byte> key, ReadOnlySpan<byte> nonces) => HMACSHA256.HashData(key, [.. "taker"u8, .. nonces]);

    /// <summary>The old server's proof, with what it hands over.</summary>
    public static byte[] OfOffer(ReadOnlySpan<byte> key, ReadOnlySpan<byte> nonces, ulong number, ReadOnlySpan<byte> offer)
    {
        Span<byte> place = stackalloc byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64BigEndian(place, number);
        return HMACSHA256.HashData(key, [.. "offer"u8, .. nonces, .. place, .. offer]);
    }

    /// <summary>Whether a proof is right, in a time that says nothing about how much of it is.</summary>
    public static bool Equals(ReadOnlySpan<byte> one, ReadOnlySpan<byte> other) => CryptographicOperations.FixedTimeEquals(one, other);

    /// <summary>A random number that nobody has seen.</summary>
    public static byte[] NewNonce(Engine.IEntropy entropy)
    {
        var nonce = new byte[NonceSize];
        BinaryPrimitives.WriteUInt128BigEndian(nonce, SessionKeys.New(entropy));
        return nonce;
    }
}
