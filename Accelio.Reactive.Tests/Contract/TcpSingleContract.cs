using System.Net;
using Accelio.Transports;
using Accelio.Transports.Polling;
using Accelio.Transports.Tcp;

namespace Accelio.Reactive.Tests.Contract;

/// <summary>The contract over one real socket.</summary>
public class TcpSingleContract : LinkContract
{
    private protected override LinkKind Kind => LinkKind.Stream;

    private protected override bool IsInstant => false;

    private protected virtual ReactorKind Engine => ReactorKind.Epoll;

    private protected override EndPoint Address => new IPEndPoint(IPAddress.Loopback, 0);

    private protected override ITransport CreateTransport() => new TcpTransport();

    private protected override Poller CreatePoller(TimeProvider time) =>
        new ManualPoller(new PollerOptions { TimeProvider = time, PoisonMemory = true, QuarantineOfMemory = 32, Engine = Engine });
}
