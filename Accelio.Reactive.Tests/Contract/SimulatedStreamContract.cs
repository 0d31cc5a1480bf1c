using System.Net;
using Accelio.Reactive.Tests.Polling;
using Accelio.Transports;
using Accelio.Transports.Polling;
using Accelio.Transports.Simulated;

namespace Accelio.Reactive.Tests.Contract;

/// <summary>The contract over in-memory byte streams that cut frames at every place.</summary>
public class SimulatedStreamContract : LinkContract
{
    private protected override LinkKind Kind => LinkKind.Stream;

    private protected override EndPoint Address => new SimulatedEndPoint("server", 0);

    private protected override ITransport CreateTransport() =>
        new SimulatedTransport(new SimulatedHub(), new SimulatedOptions { Kind = Kind, Seed = 4711 });

    private protected override Poller CreatePoller(TimeProvider time) => new LoopPoller(time, poison: true);
}
