using System.Net;
using Accelio.Reactive.Tests.Contract;
using Accelio.Transports;
using Accelio.Transports.Polling;
using Accelio.Transports.Rdma;

namespace Accelio.Reactive.Tests.Rdma.Lane;

/// <summary>The contract between two devices.</summary>
public class RdmaContract : LinkContract
{
    private protected override LinkKind Kind => LinkKind.Slots;

    private protected override bool IsInstant => false;

    private protected override EndPoint Address => new IPEndPoint(RdmaAddresses.Server, 0);

    private protected override ITransport CreateTransport() => new RdmaTransport();

    private protected override Poller CreatePoller(TimeProvider time) =>
        new ManualPoller(new PollerOptions { TimeProvider = time, PoisonMemory = true, QuarantineOfMemory = 32 });
}
