using Accelio.Transports.Polling;

namespace Accelio.Transports.Simulated;

/// <summary>A path without delay: straight into the mailbox of the far end.</summary>
/// <param name="target">The poller at the far end.</param>
internal sealed class DirectPath(Poller target) : SimulatedPath
{
    /// <inheritdoc/>
    public override bool Carry(WorkItem item, long bytes) => target.Post(item);
}
