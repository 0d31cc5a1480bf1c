namespace Accelio.Reactive.Tests.Contract;

/// <summary>The contract over a pair of real sockets, control and data.</summary>
public class TcpDualContract : TcpSingleContract
{
    private protected override bool DualSocket => true;
}
