using System.Net;
using System.Net.Sockets;
using Accelio.Native.Linux;
using Accelio.Transports.Polling;
using Calls = Accelio.Native.Linux.Sockets;

namespace Accelio.Transports.Tcp;

/// <summary>A descriptor and the calls of the kernel, watched by epoll: the engine of Linux.</summary>
internal sealed unsafe class EpollSocket : TcpSocket
{
    private const int SocketType = Calls.TypeStream | Calls.TypeNonBlocking | Calls.TypeCloseOnExec;
    private const int SendFlags = Calls.MessageNoSignal | Calls.MessageDontWait;

    private readonly SocketReactor _reactor;
    private readonly DescriptorHandle _handle;
    private readonly int _descriptor;
    private SocketHandler? _handler;

    private EpollSocket(SocketReactor reactor, int descriptor)
        : this(reactor, descriptor, new DescriptorHandle(descriptor))
    {
    }

    private EpollSocket(SocketReactor reactor, int descriptor, DescriptorHandle handle)
    {
        _reactor = reactor;
        _handle = handle;
        _descriptor = descriptor;
    }

    /// <inheritdoc/>
    public override bool IsWatched => _handler is { IsRegistered: true };

    /// <inheritdoc/>
    public override IPEndPoint? LocalEndPoint =>
        Calls.GetLocalAddress(_descriptor, out var address) >= 0 ? TcpAddress.Normal(address.ToEndPoint()) : null;

    /// <inheritdoc/>
    public override int BytesUnderWay => 0;

    /// <summary>Makes a socket.</summary>
    public static int Create(SocketReactor reactor, AddressFamily family, out TcpSocket? socket)
    {
        var number = family == AddressFamily.InterNetworkV6 ? Calls.FamilyInet6 : Calls.FamilyInet;
        var result = Calls.Create(number, SocketType, Calls.LevelTcp);
        socket = result < 0 ? null : new EpollSocket(reactor, result);
        return result;
    }

    /// <summary>Makes a socket that listens.</summary>
    public static int Listen(SocketReactor reactor, IPEndPoint address, int backlog, out TcpSocket? socket)
    {
        var result = Create(reactor, address.AddressFamily, out socket);
        if (result < 0)
        {
            return result;
        }

        // REUSEADDR lets a restarted server have its port back at once. Never REUSEPORT: a second server on the port must fail, not take
        // half of the clients.
        var descriptor = ((EpollSocket)socket!)._descriptor;
        result = Calls.SetOption(descriptor, Calls.LevelSocket, Calls.OptionReuseAddress, 1);
        if (result >= 0 && address.AddressFamily == AddressFamily.InterNetworkV6)
        {
            var onlySix = address.Address.Equals(IPAddress.IPv6Any) ? 0 : 1;
            result = Calls.SetOption(descriptor, Calls.LevelIpv6, Calls.OptionIpv6Only, onlySix);
        }

        result = result < 0 ? result : Calls.Bind(descriptor, address);
        result = result < 0 ? result : Calls.Listen(descriptor, backlog);
        if (result < 0)
        {
            socket.Dispose();
            socket = null;
        }

        return result;
    }

    /// <inheritdoc/>
    public override void Watch(SocketHandler handler, bool wantRead) => Watch(handler, wantRead, wantWrite: false);

    /// <inheritdoc/>
    public override TcpSocket MoveTo(Poller poller)
    {
        Unwatch();
        return new EpollSocket((SocketReactor)poller.Sockets!, _descriptor, _handle);
    }

    /// <inheritdoc/>
    public override int BindLocal(IPAddress address)
    {
        // The port is chosen when the peer is known, so that the same one may serve for several peers. Without it there are fewer.
        _ = Calls.SetOption(_descriptor, Calls.LevelIp, Calls.OptionBindAddressNoPort, 1);
        return Calls.Bind(_descriptor, new IPEndPoint(address, 0));
    }

    /// <inheritdoc/>
    public override int Connect(SocketHandler handler, IPEndPoint address)
    {
        var result = Calls.Connect(_descriptor, address);
        if (result < 0 && result != -Errno.InProgress)
        {
            return result;
        }

        // Even a connect that has succeeded at once is taken up when the socket is reported as writable.
        Watch(handler, wantRead: false, wantWrite: true);
        return 0;
    }

    /// <inheritdoc/>
    public override void Update(bool wantRead, bool wantWrite) => _reactor.Update(_handler!, wantRead, wantWrite);

    /// <inheritdoc/>
    public override void MarkReady() => _reactor.MarkReady(_handler!);

    /// <inheritdoc/>
    public override int TakeError()
    {
        var result = Calls.GetOption(_descriptor, Calls.LevelSocket, Calls.OptionError, out var error);
        return result < 0 ? result : -error;
    }

    /// <inheritdoc/>
    public override int Accept(out TcpSocket? socket, out IPEndPoint? peer)
    {
        socket = null;
        peer = null;
        var result = Calls.Accept(_descriptor, Calls.TypeNonBlocking | Calls.TypeCloseOnExec, out var address);
        if (result >= 0)
        {
            socket = new EpollSocket(_reactor, result);
            peer = TcpAddress.Normal(address.ToEndPoint());
        }

        return result;
    }

    /// <inheritdoc/>
    public override int Receive(IoVector* vectors, int count)
    {
        int result;
        if (count == 1)
        {
            result = Calls.Receive(_descriptor, vectors->Base, (int)vectors->Length, Calls.MessageDontWait);
        }
        else
        {
            MessageHeader message = default;
            message.Vectors = vectors;
            message.VectorCount = (nuint)count;
            result = Calls.Receive(_descriptor, &message, Calls.MessageDontWait);
        }

        return result == -Errno.Interrupted ? -Errno.Again : result;
    }

    /// <inheritdoc/>
    public override int Send(IoVector* vectors, int count)
    {
        while (true)
        {
            int result;
            if (count == 1)
            {
                result = Calls.Send(_descriptor, vectors->Base, (int)Math.Min(vectors->Length, int.MaxValue), SendFlags);
            }
            else
            {
                MessageHeader message = default;
                message.Vectors = vectors;
                message.VectorCount = (nuint)count;
                result = Calls.Send(_descriptor, &message, SendFlags);
            }

            if (result != -Errno.Interrupted)
            {
                return result;
            }
        }
    }

    /// <inheritdoc/>
    public override void ShutdownSend() => _ = Calls.Shutdown(_descriptor, Calls.ShutdownWrite);

    /// <inheritdoc/>
    public override int GetOption(int level, int name, Span<byte> value) => Calls.GetOption(_descriptor, level, name, value);

    /// <inheritdoc/>
    public override int SetOption(int level, int name, ReadOnlySpan<byte> value) => Calls.SetOption(_descriptor, level, name, value);

    /// <inheritdoc/>
    public override void Dispose()
    {
        Unwatch();
        _handle.Dispose();
    }

    private void Watch(SocketHandler handler, bool wantRead, bool wantWrite)
    {
        Unwatch();
        _handler = handler;
        _reactor.Add(handler, _descriptor, wantRead, wantWrite);
    }

    private void Unwatch()
    {
        if (_handler is not null)
        {
            _reactor.Remove(_handler);
            _handler = null;
        }
    }
}
