using System.Net;
using System.Net.Sockets;
using Accelio.Native.Linux;
using Accelio.Transports.Polling;

namespace Accelio.Transports.Tcp;

/// <summary>A socket of the runtime: the engine for systems and sandboxes where there is no epoll for us.</summary>
internal sealed unsafe partial class PortableSocket : TcpSocket
{
    private readonly PortableWatch _watch;
    private readonly Socket _socket;

    private PortableSocket(PortableReactor reactor, Socket socket, bool isListening)
    {
        socket.Blocking = false;
        _socket = socket;
        _watch = new PortableWatch(reactor, socket, isListening);
    }

    /// <inheritdoc/>
    public override bool IsWatched => _watch.Handler is not null;

    /// <inheritdoc/>
    public override IPEndPoint? LocalEndPoint => EndPointOf(_socket, isLocal: true);

    /// <summary>Makes a socket.</summary>
    public static int Create(PortableReactor reactor, AddressFamily family, out TcpSocket? socket) =>
        Create(reactor, family, listenOn: null, backlog: 0, out socket);

    /// <summary>Makes a socket that listens.</summary>
    public static int Listen(PortableReactor reactor, IPEndPoint address, int backlog, out TcpSocket? socket) =>
        Create(reactor, address.AddressFamily, address, backlog, out socket);

    /// <inheritdoc/>
    public override void Watch(SocketHandler handler, bool wantRead) => _watch.Attach(handler, wantRead, wantWrite: false);

    /// <inheritdoc/>
    public override TcpSocket MoveTo(Poller poller)
    {
        _watch.Leave();
        return new PortableSocket((PortableReactor)poller.Sockets!, _socket, isListening: false);
    }

    /// <inheritdoc/>
    public override int BindLocal(IPAddress address)
    {
        try
        {
            _socket.Bind(new IPEndPoint(address, 0));
            return 0;
        }
        catch (SocketException exception)
        {
            return -Errno.FromSocketError(exception.SocketErrorCode);
        }
    }

    /// <inheritdoc/>
    public override int Connect(SocketHandler handler, IPEndPoint address)
    {
        _watch.Attach(handler, wantRead: false, wantWrite: true);
        _watch.BeginConnect(address);
        return 0;
    }

    /// <inheritdoc/>
    public override void Update(bool wantRead, bool wantWrite) => _watch.Update(wantRead, wantWrite);

    /// <inheritdoc/>
    public override void MarkReady() => _watch.Reactor.MarkReady(_watch);

    /// <inheritdoc/>
    public override int TakeError() => -Errno.FromSocketError(_watch.OutputError);

    /// <inheritdoc/>
    public override int Accept(out TcpSocket? socket, out IPEndPoint? peer)
    {
        socket = null;
        peer = null;
        if (!_watch.TryTakeAccepted(out var accepted, out var error)
            && (_watch.BeginInput() || !_watch.TryTakeAccepted(out accepted, out error)))
        {
            return -Errno.Again;
        }

        if (error != SocketError.Success)
        {
            return -Errno.FromSocketError(error);
        }

        peer = EndPointOf(accepted!, isLocal: false);
        socket = new PortableSocket(_watch.Reactor, accepted!, isListening: false);
        return 0;
    }

    /// <inheritdoc/>
    public override int Receive(IoVector* vectors, int count)
    {
        if (_watch.InputError != SocketError.Success)
        {
            return -Errno.FromSocketError(_watch.InputError);
        }

        var received = 0;
        for (var i = 0; i < count; i++)
        {
            var room = new Span<byte>(vectors[i].Base, (int)vectors[i].Length);
            var length = _socket.Receive(room, SocketFlags.None, out var error);
            if (error != SocketError.Success)
            {
                return received > 0 ? received : -Errno.FromSocketError(error == SocketError.Interrupted ? SocketError.WouldBlock : error);
            }

            received += length;
            if (length < room.Length)
            {
                break;
            }
        }

        return received;
    }

    /// <inheritdoc/>
    public override void ShutdownSend()
    {
        try
        {
            _socket.Shutdown(SocketShutdown.Send);
        }
        catch (SocketException)
        {
            // Not connected any more: reading finds out.
        }
    }

    /// <inheritdoc/>
    public override int GetOption(int level, int name, Span<byte> value)
    {
        try
        {
            return _socket.GetRawSocketOption(level, name, value);
        }
        catch (SocketException exception)
        {
            return -Errno.FromSocketError(exception.SocketErrorCode);
        }
    }

    /// <inheritdoc/>
    public override int SetOption(int level, int name, ReadOnlySpan<byte> value)
    {
        try
        {
            _socket.SetRawSocketOption(level, name, value);
            return 0;
        }
        catch (SocketException exception)
        {
            return -Errno.FromSocketError(exception.SocketErrorCode);
        }
    }

    /// <inheritdoc/>
    public override void Dispose() => _watch.Close();

    private static int Create(PortableReactor reactor, AddressFamily family, IPEndPoint? listenOn, int backlog, out TcpSocket? socket)
    {
        socket = null;
        Socket? made = null;
        try
        {
            made = new Socket(family, SocketType.Stream, ProtocolType.Tcp);
            if (listenOn is not null)
            {
                Bind(made, listenOn, backlog);
            }

            socket = new PortableSocket(reactor, made, listenOn is not null);
            return 0;
        }
        catch (SocketException exception)
        {
            made?.Dispose();
            return -Errno.FromSocketError(exception.SocketErrorCode);
        }
    }

    private static void Bind(Socket socket, IPEndPoint address, int backlog)
    {
        if (address.AddressFamily == AddressFamily.InterNetworkV6)
        {
            socket.DualMode = address.Address.Equals(IPAddress.IPv6Any);
        }

        if (OperatingSystem.IsWindows())
        {
            // There, two sockets can share a port unless one of them objects. Elsewhere they cannot, and the runtime sees to it that the
            // port of a server that has ended is free again at once.
            socket.ExclusiveAddressUse = true;
        }

        socket.Bind(address);
        socket.Listen(backlog);
    }

    private static IPEndPoint? EndPointOf(Socket socket, bool isLocal)
    {
        try
        {
            return TcpAddress.Normal((isLocal ? socket.LocalEndPoint : socket.RemoteEndPoint) as IPEndPoint);
        }
        catch (SocketException)
        {
            return null;
        }
    }
}
