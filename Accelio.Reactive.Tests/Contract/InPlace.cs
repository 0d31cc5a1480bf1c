using Accelio.Transports.Memory;

namespace Accelio.Reactive.Tests.Contract;

/// <summary>Bytes that were delivered in a receive buffer or slab, with a copy of what they were: they must stay so as long as the contract says.</summary>
internal unsafe readonly struct InPlace(byte* pointer, byte[] expected, Slab? slab)
{
    public Slab? Slab => slab;

    public bool IsIntact => new ReadOnlySpan<byte>(pointer, expected.Length).SequenceEqual(expected);
}
