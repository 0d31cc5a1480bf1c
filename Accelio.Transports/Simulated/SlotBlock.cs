using Accelio.Transports.Memory;

namespace Accelio.Transports.Simulated;

/// <summary>A slab that several receive slots share.</summary>
/// <param name="slab">The slab, held once for all slots.</param>
internal sealed class SlotBlock(Slab slab)
{
    /// <summary>The slab.</summary>
    public Slab Slab => slab;

    /// <summary>Slots that use it.</summary>
    public int Slots { get; set; }
}
