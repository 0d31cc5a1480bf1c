namespace Accelio.Reactive.Tests.Contract;

/// <summary>The contract over pairs of in-memory byte streams: every order in which control and data bytes can arrive.</summary>
public class SimulatedDualStreamContract : SimulatedStreamContract
{
    private protected override bool DualSocket => true;
}
