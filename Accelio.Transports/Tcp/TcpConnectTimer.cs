using Accelio.Transports.Polling;

namespace Accelio.Transports.Tcp;

/// <summary>Ends a dial that takes too long.</summary>
internal sealed class TcpConnectTimer(TcpLink link) : WheelTimer
{
    /// <inheritdoc/>
    public override void OnTimer(long now) => link.OnConnectTimeout();
}
