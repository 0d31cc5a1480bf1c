using Accelio.Transports.Polling;

namespace Accelio.Transports.Simulated;

/// <summary>Another turn for the streams of a link, in the next duty cycle.</summary>
/// <param name="link">The link.</param>
internal sealed class SimulatedStreamTurn(SimulatedStreamLink link) : WorkItem
{
    /// <inheritdoc/>
    public override void Execute() => link.OnTurn();
}
