using Accelio.Reactive.Engine;
using Accelio.Transports.Memory;

namespace Accelio.Reactive;

/// <summary>A body in registered memory, with one hold on it: it is sent from where it is. Pooled for all threads.</summary>
internal sealed class RegisteredBody : HeldBody
{
    private RegisteredMemory? _memory;

    /// <summary>Creates a body; the pool calls it.</summary>
    public RegisteredBody() => IsNeverCopied = true;

    /// <inheritdoc/>
    public override RegionEntry? Region => _memory?.Region;

    /// <summary>Takes over one hold on the memory. Any thread.</summary>
    public static RegisteredBody Take(RegisteredMemory memory, ReadOnlyMemory<byte> payload)
    {
        var body = OperationPool<RegisteredBody>.Shared.Get();
        body._memory = memory;
        body.Payload = payload;
        return body;
    }

    /// <inheritdoc/>
    public override void Release()
    {
        Unpin();
        _memory!.EndHold();
        _memory = null;
        Payload = default;
        OperationPool<RegisteredBody>.Shared.Return(this);
    }
}
