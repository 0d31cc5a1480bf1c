using System.Buffers;
using Accelio.Reactive.Engine;
using Accelio.Transports.Memory;

namespace Accelio.Reactive;

/// <summary>A body that a writer has written into a slab, or a copy, with one hold on it. Pooled for all threads.</summary>
internal sealed class SlabBody : HeldBody
{
    private Slab? _slab;

    /// <summary>Takes over one hold on the slab. Any thread.</summary>
    public static SlabBody Take(Slab slab, int length)
    {
        var body = OperationPool<SlabBody>.Shared.Get();
        body._slab = slab;
        body.Payload = slab.Memory[..length];
        return body;
    }

    /// <summary>Copies a message into a slab. Owner of the pool only; what the memory of the message throws is thrown, and nothing is held.</summary>
    /// <param name="pool">Where the slab comes from.</param>
    /// <param name="header">The user header.</param>
    /// <param name="payload">The body.</param>
    /// <param name="copy">Receives the copy of the header, which lives as long as the body.</param>
    public static SlabBody Copy(SlabPool pool, ReadOnlyMemory<byte> header, in ReadOnlySequence<byte> payload, out ReadOnlyMemory<byte> copy)
    {
        var length = (int)payload.Length;
        var slab = pool.Rent(header.Length + length);
        try
        {
            header.Span.CopyTo(slab.Memory.Span);
            payload.CopyTo(slab.Memory.Span[header.Length..]);
        }
        catch
        {
            slab.Release();
            throw;
        }

        copy = slab.Memory[..header.Length];
        var body = Take(slab, header.Length + length);
        body.Payload = body.Payload[header.Length..];
        return body;
    }

    /// <inheritdoc/>
    public override void Release()
    {
        Unpin();
        _slab!.Release();
        _slab = null;
        Payload = default;
        OperationPool<SlabBody>.Shared.Return(this);
    }
}
