using Accelio.Reactive.Tests.Support;
using Accelio.Transports.Polling;
using Xunit;

namespace Accelio.Reactive.Tests.Tcp;

/// <summary>Counts what the whole process has open, with the portable engine.</summary>
[Collection(Alone.Name)]
public class PortableTcpDescriptorTests : TcpDescriptorTests
{
    private protected override ReactorKind Engine => ReactorKind.Portable;
}
