namespace Accelio.Reactive.Tests.Contract;

/// <summary>The contract over a pair of sockets of the runtime, control and data.</summary>
public class TcpPortableDualContract : TcpPortableSingleContract
{
    private protected override bool DualSocket => true;
}
