using Accelio.Reactive.Tests.Simulated;
using Accelio.Transports;
using Accelio.Transports.Simulated;

namespace Accelio.Reactive.Tests.Contract;

/// <summary>The contract over few slots, with messages, reads and credits that are under way for a while.</summary>
public class SlowSlotContract : SimulatedSlotContract
{
    private protected override ITransport CreateTransport() =>
        new SimulatedTransport(new SlowHub(19), new SimulatedOptions { Kind = Kind, SlotDepth = 8 });
}
