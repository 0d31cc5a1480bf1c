using System.Net;
using System.Net.Sockets;
using Accelio.Native.Linux;
using Accelio.Transports.Polling;

namespace Accelio.Transports.Tcp;

/// <summary>
/// A socket that never waits, and the watch that its poller keeps on it: what the engines have in common. Links, newcomers and listeners
/// are written once, on top of this. Poller thread only. Results are values &gt;= 0, or negated error numbers (<see cref="Errno"/>).
/// </summary>
internal abstract unsafe class TcpSocket : IDisposable
{
    /// <summary>Whether a handler is told of what happens on the socket.</summary>
    public abstract bool IsWatched { get; }

    /// <summary>Address of this side; null when the system does not say.</summary>
    public abstract IPEndPoint? LocalEndPoint { get; }

    /// <summary>
    /// How many of the bytes that <see cref="Send"/> has not taken are on their way nevertheless: they will be taken when the handler is
    /// told that the socket takes output again, and stay the first ones until then.
    /// </summary>
    public abstract int BytesUnderWay { get; }

    /// <summary>Makes a socket for a poller.</summary>
    public static int Create(Poller poller, AddressFamily family, out TcpSocket? socket) => poller.Sockets switch
    {
        SocketReactor reactor => EpollSocket.Create(reactor, family, out socket),
        PortableReactor reactor => PortableSocket.Create(reactor, family, out socket),
        _ => throw NoSockets(poller),
    };

    /// <summary>Makes a socket that listens. An address that is in use is refused; all addresses of IPv6 are those of IPv4, too.</summary>
    public static int Listen(Poller poller, IPEndPoint address, int backlog, out TcpSocket? socket) => poller.Sockets switch
    {
        SocketReactor reactor => EpollSocket.Listen(reactor, address, backlog, out socket),
        PortableReactor reactor => PortableSocket.Listen(reactor, address, backlog, out socket),
        _ => throw NoSockets(poller),
    };

    /// <summary>Tells a handler from now on, and no longer the one before.</summary>
    public abstract void Watch(SocketHandler handler, bool wantRead);

    /// <summary>Gives the socket an address of this machine to connect from; the system chooses the port.</summary>
    public abstract int BindLocal(IPAddress address);

    /// <summary>The same connection for another poller of the same engine, not watched yet; of this nothing is left.</summary>
    public abstract TcpSocket MoveTo(Poller poller);

    /// <summary>Begins to connect; the handler is told that the socket takes output when the outcome is known
    /// (<see cref="TakeError"/>), never from inside this call.</summary>
    /// <returns>0, or a negated error number: then nothing was begun, and nobody is told anything.</returns>
    public abstract int Connect(SocketHandler handler, IPEndPoint address);

    /// <summary>Changes what the handler is told of.</summary>
    public abstract void Update(bool wantRead, bool wantWrite);

    /// <summary>Has <see cref="SocketHandler.OnReadable"/> called in the next cycle, whatever the system says.</summary>
    public abstract void MarkReady();

    /// <summary>The error that the socket has, 0 or negated; of a connect, its outcome.</summary>
    public abstract int TakeError();

    /// <summary>Takes one pending connection.</summary>
    /// <param name="socket">The connection; not watched.</param>
    /// <param name="peer">Where it comes from; null when the system does not say.</param>
    public abstract int Accept(out TcpSocket? socket, out IPEndPoint? peer);

    /// <summary>Moves bytes that have arrived into the pieces, in order.</summary>
    /// <returns>Bytes moved; 0 at the end of the stream.</returns>
    public abstract int Receive(IoVector* vectors, int count);

    /// <summary>Takes bytes from the pieces, in order; they may be touched only inside the call.</summary>
    /// <returns>Bytes taken, at least 1.</returns>
    public abstract int Send(IoVector* vectors, int count);

    /// <summary>Tells the peer that nothing more comes.</summary>
    public abstract void ShutdownSend();

    /// <summary>Reads an option; returns its length in bytes.</summary>
    public abstract int GetOption(int level, int name, Span<byte> value);

    /// <summary>Sets an option.</summary>
    public abstract int SetOption(int level, int name, ReadOnlySpan<byte> value);

    /// <summary>Ends the watch and closes the socket.</summary>
    public abstract void Dispose();

    private static TransportException NoSockets(Poller poller) => new(
        $"The tcp transport needs a context that watches sockets; {poller.GetType().Name} does not. "
        + "Use a context with a thread of its own or one driven by its host.",
        SocketError.OperationNotSupported);
}
