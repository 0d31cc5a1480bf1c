using System.Net;
using System.Net.Sockets;
using Accelio.Native.Linux;
using Accelio.Transports.Polling;
using Accelio.Transports.Wire;

namespace Accelio.Transports.Tcp;

/// <content>Dialing: non-blocking connects, limited in time, then the connect messages (wire protocol, section 3.1).</content>
internal sealed unsafe partial class TcpLink
{
    // Sockets whose connect is under way.
    private int _connecting;
    private TcpConnectTimer? _connectTimer;

    /// <summary>Begins to connect; the sink hears of the outcome, never from inside this call.</summary>
    internal static TcpLink Dial(Poller poller, IPEndPoint address, LinkOptions options, ILinkSink sink)
    {
        var nowhere = new IPEndPoint(address.AddressFamily == AddressFamily.InterNetworkV6 ? IPAddress.IPv6Any : IPAddress.Any, 0);
        var link = new TcpLink(poller, options, isClient: true, options.DualSocket, nowhere, address, listener: null);
        link.Attach(sink);
        link.BeginConnect(address);
        return link;
    }

    /// <summary>The time for connecting is over.</summary>
    internal void OnConnectTimeout() =>
        Fail(LinkError.ConnectTimeout, $"connect to {RemoteEndPoint}: no answer within {TimeSpan.FromTicks(Options.ConnectTimeout)}");

    private void BeginConnect(IPEndPoint address)
    {
        _connecting = _streams.Length;
        for (var i = 0; i < _streams.Length; i++)
        {
            var result = TcpSocket.Create(Poller, address.AddressFamily, out var socket);
            if (result >= 0)
            {
                _streams[i] = new TcpStream(this, i, socket!) { IsConnecting = true };
                result = Options.LocalAddress is { } local ? socket!.BindLocal(local) : 0;
                result = result < 0 ? result : socket!.Connect(_streams[i], address);
            }

            if (result < 0)
            {
                var from = Options.LocalAddress is { } local ? $" from {local}" : string.Empty;
                Fail(LinkError.ConnectFailed, $"connect to {address}{from}: {Errno.Describe(result)}");
                return;
            }
        }

        _connectTimer = new TcpConnectTimer(this);
        Poller.Timers.Schedule(_connectTimer, Streams.StreamLinkTimer.Deadline(Poller.Now, Options.ConnectTimeout));
    }

    private void OnConnected(int index)
    {
        var stream = _streams[index];
        if (!stream.IsConnecting)
        {
            return;
        }

        var result = stream.Socket.TakeError();
        if (result < 0)
        {
            Fail(LinkError.ConnectFailed, $"connect to {RemoteEndPoint}: {Errno.Describe(result)}");
            return;
        }

        stream.IsConnecting = false;
        if (--_connecting > 0)
        {
            // The first socket of a pair waits for the second.
            stream.Socket.Update(wantRead: false, wantWrite: false);
            return;
        }

        Poller.Timers.Cancel(_connectTimer!);
        if (Introduce())
        {
            foreach (var connected in _streams)
            {
                connected.Socket.Update(wantRead: true, wantWrite: false);
            }

            Opened();
        }
    }

    // The connect message on every socket; those of a pair name each other's port. A fresh socket has room for 8 bytes: less than all of
    // them is a failure like any other.
    private bool Introduce()
    {
        Span<ushort> ports = stackalloc ushort[2];
        for (var i = 0; i < _streams.Length; i++)
        {
            if (_streams[i].Socket.LocalEndPoint is not { } local)
            {
                Fail(LinkError.ConnectFailed, $"connect to {RemoteEndPoint}: the local address is not known");
                return false;
            }

            ports[i] = (ushort)local.Port;
            _local = i == ControlStream ? local : _local;
        }

        var bytes = stackalloc byte[ConnectMessage.Size];
        for (var i = 0; i < _streams.Length; i++)
        {
            var message = !IsDual ? new ConnectMessage(SocketKind.Single, 0)
                : i == ControlStream ? new ConnectMessage(SocketKind.Control, ports[DataStream])
                : new ConnectMessage(SocketKind.Data, ports[ControlStream]);
            message.Write(new Span<byte>(bytes, ConnectMessage.Size));
            TcpSocketOptions.Apply(_streams[i].Socket, _local, (IPEndPoint)RemoteEndPoint, Options);
            var whole = new IoVector { Base = bytes, Length = ConnectMessage.Size };
            var sent = _streams[i].Socket.Send(&whole, 1);
            if (sent != ConnectMessage.Size)
            {
                var reason = sent < 0 ? Errno.Describe(sent) : "the connect message was cut off";
                Fail(LinkError.ConnectFailed, $"connect to {RemoteEndPoint}: {reason}");
                return false;
            }
        }

        return true;
    }
}
