using Accelio.Transports.Polling;

namespace Accelio.Transports.Tcp;

/// <summary>Lets a listener accept again after it had run out of descriptors.</summary>
internal sealed class TcpAcceptTimer(TcpListener listener) : WheelTimer
{
    /// <inheritdoc/>
    public override void OnTimer(long now) => listener.GoOn();
}
