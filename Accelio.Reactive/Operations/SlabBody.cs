using Accelio.Reactive.Engine;
using Accelio.Transports.Memory;

namespace Accelio.Reactive;

/// <summary>A body in a slab, with one hold on it. Pooled for all threads.</summary>
internal sealed class SlabBody : HeldBody
{
    private Slab? _slab;

    /// <summary>Takes over one hold on the slab. Any thread.</summary>
    public static SlabBody Take(Slab slab, int start, int length, bool isNeverCopied)
    {
        var body = OperationPool<SlabBody>.Shared.Get();
        body._slab = slab;
        body.Payload = slab.Memory.Slice(start, length);
        body.IsNeverCopied = isNeverCopied;
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
