using Accelio.Transports.Polling;

namespace Accelio.Transports.Simulated;

/// <summary>
/// The way from one end of a link to the other: where a simulated network puts its delays. What is carried stays in order. Used by the thread of
/// the sending end only.
/// </summary>
internal abstract class SimulatedPath
{
    /// <summary>Brings an item to the poller at the far end, where it is executed.</summary>
    /// <param name="item">The item; it belongs to the path until it is executed.</param>
    /// <param name="bytes">What it would weigh on a real wire.</param>
    /// <returns>False when the far end has stopped for good: the item was not taken.</returns>
    public abstract bool Carry(WorkItem item, long bytes);
}
