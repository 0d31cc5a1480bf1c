using Accelio.Transports.Memory;

namespace Accelio.Transports.Slots;

/// <summary>A slab that several receive slots share.</summary>
/// <param name="slab">The slab, held once for all slots.</param>
internal sealed class SlotBlock(Slab slab)
{
    /// <summary>The slab.</summary>
    public Slab Slab => slab;

    /// <summary>What the transport names the slab by; null until it does.</summary>
    public uint? Key { get; set; }

    /// <summary>Slots that use it.</summary>
    public int Slots { get; set; }
}
