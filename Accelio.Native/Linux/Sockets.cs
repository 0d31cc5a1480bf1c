using System.Net;
using System.Runtime.InteropServices;

namespace Accelio.Native.Linux;

/// <summary>
/// The socket calls. Every wrapper returns a value &gt;= 0, or the negated error number (<see cref="Errno"/>); none throws and none
/// retries: EINTR and EAGAIN are the caller's to judge. Descriptors are plain numbers here because the data path passes them millions of
/// times a second; owners keep them in a <see cref="DescriptorHandle"/>.
/// </summary>
internal static unsafe partial class Sockets
{
    /// <summary>Makes a socket, e.g. of type <c>TypeStream | TypeNonBlocking | TypeCloseOnExec</c>; returns its descriptor.</summary>
    public static int Create(int family, int type, int protocol = 0) => Errno.Result(NativeSocket(family, type, protocol));

    /// <summary>Makes a connected pair of Unix sockets.</summary>
    public static int CreatePair(int type, out int first, out int second)
    {
        var pair = stackalloc int[2];
        var result = Errno.Result(NativeSocketPair(FamilyUnix, type, 0, pair));
        (first, second) = result < 0 ? (-1, -1) : (pair[0], pair[1]);
        return result;
    }

    /// <summary>Gives the socket an address of this machine.</summary>
    public static int Bind(int descriptor, IPEndPoint address)
    {
        var native = SocketAddress.From(address);
        return Errno.Result(NativeBind(descriptor, &native, (uint)native.Length));
    }

    /// <summary>Lets the socket accept connections; the kernel caps <paramref name="backlog"/> at net.core.somaxconn.</summary>
    public static int Listen(int descriptor, int backlog) => Errno.Result(NativeListen(descriptor, backlog));

    /// <summary>
    /// Takes one pending connection; returns its descriptor, with the peer's address. <paramref name="flags"/>:
    /// <see cref="TypeNonBlocking"/>, <see cref="TypeCloseOnExec"/>.
    /// </summary>
    public static int Accept(int descriptor, int flags, out SocketAddress peer)
    {
        SocketAddress address = default;
        var length = (uint)SocketAddress.Size;
        var result = Errno.Result(NativeAccept4(descriptor, &address, &length, flags));
        peer = address;
        return result;
    }

    /// <summary>
    /// Connects, or begins to: non-blocking sockets answer -<see cref="Errno.InProgress"/> and become writable when the outcome is known
    /// (<see cref="OptionError"/>).
    /// </summary>
    public static int Connect(int descriptor, IPEndPoint address)
    {
        var native = SocketAddress.From(address);
        return Errno.Result(NativeConnect(descriptor, &native, (uint)native.Length));
    }

    /// <summary>Reads at most <paramref name="length"/> bytes; 0 is the end of the stream.</summary>
    public static int Receive(int descriptor, byte* buffer, int length, int flags) =>
        Errno.Result(NativeRecv(descriptor, buffer, (nuint)length, flags));

    /// <summary>Reads into several pieces.</summary>
    public static int Receive(int descriptor, MessageHeader* message, int flags) => Errno.Result(NativeRecvMsg(descriptor, message, flags));

    /// <summary>Writes at most <paramref name="length"/> bytes; returns how many were taken.</summary>
    public static int Send(int descriptor, byte* buffer, int length, int flags) =>
        Errno.Result(NativeSend(descriptor, buffer, (nuint)length, flags));

    /// <summary>Writes from several pieces; returns how many bytes were taken.</summary>
    public static int Send(int descriptor, MessageHeader* message, int flags) => Errno.Result(NativeSendMsg(descriptor, message, flags));

    /// <summary>Sets an option that is a number.</summary>
    public static int SetOption(int descriptor, int level, int name, int value) =>
        Errno.Result(NativeSetSockOpt(descriptor, level, name, &value, sizeof(int)));

    /// <summary>Sets an option that is a structure or text.</summary>
    public static int SetOption(int descriptor, int level, int name, ReadOnlySpan<byte> value)
    {
        fixed (byte* bytes = value)
        {
            return Errno.Result(NativeSetSockOpt(descriptor, level, name, bytes, (uint)value.Length));
        }
    }

    /// <summary>Reads an option that is a number.</summary>
    public static int GetOption(int descriptor, int level, int name, out int value)
    {
        var number = 0;
        uint length = sizeof(int);
        var result = Errno.Result(NativeGetSockOpt(descriptor, level, name, &number, &length));
        value = number;
        return result;
    }

    /// <summary>Reads an option that is a structure or text; returns its length in bytes.</summary>
    public static int GetOption(int descriptor, int level, int name, Span<byte> value)
    {
        fixed (byte* bytes = value)
        {
            var length = (uint)value.Length;
            var result = Errno.Result(NativeGetSockOpt(descriptor, level, name, bytes, &length));
            return result < 0 ? result : (int)length;
        }
    }

    /// <summary>Address of this side.</summary>
    public static int GetLocalAddress(int descriptor, out SocketAddress address)
    {
        SocketAddress native = default;
        var length = (uint)SocketAddress.Size;
        var result = Errno.Result(NativeGetSockName(descriptor, &native, &length));
        address = native;
        return result;
    }

    /// <summary>Address of the peer.</summary>
    public static int GetRemoteAddress(int descriptor, out SocketAddress address)
    {
        SocketAddress native = default;
        var length = (uint)SocketAddress.Size;
        var result = Errno.Result(NativeGetPeerName(descriptor, &native, &length));
        address = native;
        return result;
    }

    /// <summary>Ends one direction or both (<see cref="ShutdownRead"/>, <see cref="ShutdownWrite"/>, <see cref="ShutdownBoth"/>).</summary>
    public static int Shutdown(int descriptor, int how) => Errno.Result(NativeShutdown(descriptor, how));

    [LibraryImport("libc", EntryPoint = "socket")]
    private static partial int NativeSocket(int family, int type, int protocol);

    [LibraryImport("libc", EntryPoint = "socketpair")]
    private static partial int NativeSocketPair(int family, int type, int protocol, int* pair);

    [LibraryImport("libc", EntryPoint = "bind")]
    private static partial int NativeBind(int descriptor, SocketAddress* address, uint length);

    [LibraryImport("libc", EntryPoint = "listen")]
    private static partial int NativeListen(int descriptor, int backlog);

    [LibraryImport("libc", EntryPoint = "accept4")]
    private static partial int NativeAccept4(int descriptor, SocketAddress* address, uint* length, int flags);

    [LibraryImport("libc", EntryPoint = "connect")]
    private static partial int NativeConnect(int descriptor, SocketAddress* address, uint length);

    [LibraryImport("libc", EntryPoint = "recv")]
    private static partial nint NativeRecv(int descriptor, byte* buffer, nuint length, int flags);

    [LibraryImport("libc", EntryPoint = "recvmsg")]
    private static partial nint NativeRecvMsg(int descriptor, MessageHeader* message, int flags);

    [LibraryImport("libc", EntryPoint = "send")]
    private static partial nint NativeSend(int descriptor, byte* buffer, nuint length, int flags);

    [LibraryImport("libc", EntryPoint = "sendmsg")]
    private static partial nint NativeSendMsg(int descriptor, MessageHeader* message, int flags);

    [LibraryImport("libc", EntryPoint = "setsockopt")]
    private static partial int NativeSetSockOpt(int descriptor, int level, int name, void* value, uint length);

    [LibraryImport("libc", EntryPoint = "getsockopt")]
    private static partial int NativeGetSockOpt(int descriptor, int level, int name, void* value, uint* length);

    [LibraryImport("libc", EntryPoint = "getsockname")]
    private static partial int NativeGetSockName(int descriptor, SocketAddress* address, uint* length);

    [LibraryImport("libc", EntryPoint = "getpeername")]
    private static partial int NativeGetPeerName(int descriptor, SocketAddress* address, uint* length);

    [LibraryImport("libc", EntryPoint = "shutdown")]
    private static partial int NativeShutdown(int descriptor, int how);
}
