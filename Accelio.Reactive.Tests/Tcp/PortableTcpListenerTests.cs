using Accelio.Transports.Polling;

namespace Accelio.Reactive.Tests.Tcp;

/// <summary>What a listener takes, and what it does not, with the portable engine.</summary>
public class PortableTcpListenerTests : TcpListenerTests
{
    private protected override ReactorKind Engine => ReactorKind.Portable;
}
