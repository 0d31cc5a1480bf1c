using Accelio.Transports.Slots;

namespace Accelio.Transports.Rdma;

/// <summary>A message in registered memory.</summary>
/// <param name="store">Where it goes back to.</param>
/// <param name="pointer">The memory.</param>
/// <param name="key">Its local key.</param>
internal sealed unsafe class RdmaMessage(RdmaMessageStore store, byte* pointer, uint key) : SlotMessage
{
    /// <inheritdoc/>
    public override byte* Pointer => pointer;

    /// <summary>The local key of the memory.</summary>
    public uint Key => key;

    /// <inheritdoc/>
    public override void Store() => store.Put(this);
}
