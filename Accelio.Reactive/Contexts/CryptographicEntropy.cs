#pragma warning disable RS0030 // The source of randomness in production; simulations inject another.
using System.Security.Cryptography;
using Accelio.Reactive.Engine;

namespace Accelio.Reactive;

/// <summary>Ids that cannot be guessed.</summary>
internal sealed class CryptographicEntropy : IEntropy
{
    /// <summary>The one there is.</summary>
    public static readonly CryptographicEntropy Instance = new();

    private CryptographicEntropy()
    {
    }

    /// <inheritdoc/>
    public uint NextUInt32()
    {
        Span<byte> bytes = stackalloc byte[sizeof(uint)];
        RandomNumberGenerator.Fill(bytes);
        return BitConverter.ToUInt32(bytes);
    }
}
