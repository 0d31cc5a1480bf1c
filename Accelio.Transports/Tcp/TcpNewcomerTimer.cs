using Accelio.Transports.Polling;

namespace Accelio.Transports.Tcp;

/// <summary>Ends the wait for a connect message or for the other socket of a pair.</summary>
internal sealed class TcpNewcomerTimer(TcpNewcomer newcomer) : WheelTimer
{
    /// <inheritdoc/>
    public override void OnTimer(long now) => newcomer.OnTimeout();
}
