using Accelio.Transports.Polling;

namespace Accelio.Reactive.Tests.Contract;

/// <summary>The contract over one socket of the runtime.</summary>
public class TcpPortableSingleContract : TcpSingleContract
{
    private protected override ReactorKind Engine => ReactorKind.Portable;
}
