using Accelio.Transports.Polling;

namespace Accelio.Transports.Simulated;

/// <summary>Tells a port that the other end is gone; travels behind all that was sent before.</summary>
/// <param name="target">The port to tell.</param>
/// <param name="abrupt">Whether what has not been read yet is lost.</param>
internal sealed class SimulatedHangUp(SimulatedPort target, bool abrupt) : WorkItem
{
    /// <inheritdoc/>
    public override void Execute() => target.OnPeerHungUp(abrupt);
}
