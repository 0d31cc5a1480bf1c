using System.Net;
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
    internal static TcpLink Dial(Poller poller, SocketReactor reactor, IPEndPoint address, LinkOptions options, ILinkSink sink)
    {
        var nowhere = new IPEndPoint(TcpAddress.FamilyOf(address) == Sockets.FamilyInet6 ? IPAddress.IPv6Any : IPAddress.Any, 0);
        var link = new TcpLink(poller, reactor, options, isClient: true, options.DualSocket, nowhere, address, listener: null);
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
            var result = Sockets.Create(
                TcpAddress.FamilyOf(address), Sockets.TypeStream | Sockets.TypeNonBlocking | Sockets.TypeCloseOnExec, Sockets.LevelTcp);
            if (result >= 0)
            {
                var handle = new DescriptorHandle(result);
                result = Sockets.Connect(handle.Descriptor, address);
                if (result is >= 0 or -Errno.InProgress)
                {
                    // Even a connect that has succeeded at once is taken up when the socket is reported as writable: nothing is said
                    // inside Dial.
                    Add(i, handle, wantRead: false);
                    _streams[i].IsConnecting = true;
                    continue;
                }

                handle.Dispose();
            }

            Fail(LinkError.ConnectFailed, $"connect to {address}: {Errno.Describe(result)}");
            return;
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

        var result = Sockets.GetOption(stream.Socket, Sockets.LevelSocket, Sockets.OptionError, out var error);
        if (result < 0 || error != 0)
        {
            Fail(LinkError.ConnectFailed, $"connect to {RemoteEndPoint}: {Errno.Describe(result < 0 ? result : error)}");
            return;
        }

        stream.IsConnecting = false;
        if (--_connecting > 0)
        {
            // The first socket of a pair waits for the second.
            _reactor.Update(stream, wantRead: false, wantWrite: false);
            return;
        }

        Poller.Timers.Cancel(_connectTimer!);
        if (Introduce())
        {
            foreach (var connected in _streams)
            {
                _reactor.Update(connected, wantRead: true, wantWrite: false);
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
            if (TcpAddress.LocalOf(_streams[i].Socket) is not { } local)
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
            var sent = Sockets.Send(_streams[i].Socket, bytes, ConnectMessage.Size, SendFlags);
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
