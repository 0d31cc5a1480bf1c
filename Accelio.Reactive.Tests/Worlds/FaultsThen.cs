namespace Accelio.Reactive.Tests.Worlds;

/// <summary>For faults that end by another one.</summary>
internal static class FaultsThen
{
    /// <summary>Plans the end too.</summary>
    public static SimulatedFaults After(this SimulatedFaults faults, Func<SimulatedFaults> end)
    {
        end();
        return faults;
    }
}
