namespace Accelio.Transports.Simulated;

/// <summary>One simulated network inside this process: who listens where. Nothing on one hub reaches another.</summary>
internal sealed class SimulatedHub
{
    /// <summary>The network of <c>sim://</c> addresses in real time.</summary>
    public static SimulatedHub Default { get; } = new();
}
