using Accelio.Reactive.Engine;
using Accelio.Transports.Memory;

namespace Accelio.Reactive;

/// <summary>A body that a writer has written into a slab, with one hold on it. Pooled for all threads.</summary>
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
