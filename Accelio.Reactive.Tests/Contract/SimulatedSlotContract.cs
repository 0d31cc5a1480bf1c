using System.Net;
using Accelio.Reactive.Tests.Polling;
using Accelio.Transports;
using Accelio.Transports.Polling;
using Accelio.Transports.Simulated;

namespace Accelio.Reactive.Tests.Contract;

/// <summary>The contract over slots, credits and fetched bodies.</summary>
public class SimulatedSlotContract : LinkContract
{
    private protected override LinkKind Kind => LinkKind.Slots;

    private protected override EndPoint Address => new SimulatedEndPoint("server", 0);

    private protected override ITransport CreateTransport() => new SimulatedTransport(new SimulatedHub(), new SimulatedOptions { Kind = Kind });

    private protected override Poller CreatePoller(TimeProvider time) => new LoopPoller(time, poison: true);
}
