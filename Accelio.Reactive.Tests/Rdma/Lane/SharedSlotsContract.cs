using Accelio.Transports.Polling;
using Xunit;

namespace Accelio.Reactive.Tests.Rdma.Lane;

/// <summary>The contract, with slots that the links of a poller share.</summary>
[Trait("Lane", "Full")]
public class SharedSlotsContract : RdmaContract
{
    private protected override Poller CreatePoller(TimeProvider time) =>
        new ManualPoller(new PollerOptions { TimeProvider = time, PoisonMemory = true, QuarantineOfMemory = 32, SharedReceiveSlots = 1024 });
}
