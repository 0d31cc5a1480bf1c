using Accelio.Transports.Slots;

namespace Accelio.Transports.Rdma;

/// <summary>A message in registered memory.</summary>
/// <param name="store">Where it goes back to.</param>
/// <param name="pointer">The memory.</param>
/// <param name="key">Its local key.</param>
internal sealed unsafe class RdmaMessage(RdmaMessageStore store, byte* pointer, uint key) : SlotMessage
{
    private RoomEntry[] _targets = [];
    private int _targetCount;

    /// <inheritdoc/>
    public override byte* Pointer => pointer;

    /// <summary>The local key of the memory.</summary>
    public uint Key => key;

    /// <summary>The peer's buffers that the body of the message goes into, before the message itself.</summary>
    public ReadOnlySpan<RoomEntry> Targets => _targets.AsSpan(0, _targetCount);

    /// <summary>Sets <see cref="Targets"/>.</summary>
    public void SetTargets(ReadOnlySpan<RoomEntry> targets)
    {
        if (targets.Length > _targets.Length)
        {
            _targets = new RoomEntry[targets.Length];
        }

        targets.CopyTo(_targets);
        _targetCount = targets.Length;
    }

    /// <inheritdoc/>
    public override void Store() => store.Put(this);
}
