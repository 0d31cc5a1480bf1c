using Accelio.Reactive.Tests.Simulated;
using Accelio.Transports;
using Accelio.Transports.Simulated;

namespace Accelio.Reactive.Tests.Contract;

/// <summary>The contract over in-memory byte streams whose packets are under way for a while.</summary>
public class SlowStreamContract : SimulatedStreamContract
{
    private protected override ITransport CreateTransport() =>
        new SimulatedTransport(new SlowHub(17), new SimulatedOptions { Kind = Kind, PipeCapacity = 1 << 20 });
}
