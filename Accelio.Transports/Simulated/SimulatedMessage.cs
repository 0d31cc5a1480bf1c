using Accelio.Transports.Slots;

namespace Accelio.Transports.Simulated;

/// <summary>A message that travels in a packet.</summary>
/// <param name="packet">The packet.</param>
internal sealed unsafe class SimulatedMessage(SimulatedPacket packet) : SlotMessage
{
    /// <summary>The packet.</summary>
    public SimulatedPacket Packet => packet;

    /// <inheritdoc/>
    public override byte* Pointer => packet.Pointer;

    /// <inheritdoc/>
    public override void Store() => packet.Store();
}
