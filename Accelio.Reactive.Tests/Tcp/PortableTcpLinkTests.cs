using Accelio.Transports.Polling;

namespace Accelio.Reactive.Tests.Tcp;

/// <summary>Links over sockets of the runtime.</summary>
public class PortableTcpLinkTests : TcpLinkTests
{
    private protected override ReactorKind Engine => ReactorKind.Portable;
}
