using Accelio.Transports.Polling;

namespace Accelio.Transports.Tcp;

/// <summary>The sockets of a link on their way to the poller where it is to live.</summary>
internal sealed class TcpHandOver(TcpListener listener, LinkPlace place, TcpNewcomer control, TcpNewcomer? data) : WorkItem
{
    private readonly TcpSocket _control = control.Socket.MoveTo(place.Poller);
    private readonly TcpSocket? _data = data?.Socket.MoveTo(place.Poller);

    /// <inheritdoc/>
    public override void Execute() => listener.OpenAt(place, _control, _data, control.Remote);

    /// <summary>The poller has stopped: there is nobody to take the link.</summary>
    public void Drop()
    {
        _control.Dispose();
        _data?.Dispose();
    }
}
