using System.Runtime.InteropServices;

namespace Accelio.Native.Linux;

/// <summary>The epoll calls. Wrappers return a value &gt;= 0 or the negated error number (<see cref="Errno"/>).</summary>
internal static unsafe partial class Epoll
{
    /// <summary>EPOLLIN.</summary>
    public const uint In = 0x1;

    /// <summary>EPOLLOUT.</summary>
    public const uint Out = 0x4;

    /// <summary>EPOLLERR; reported whether asked for or not.</summary>
    public const uint Error = 0x8;

    /// <summary>EPOLLHUP: both directions have ended; reported whether asked for or not.</summary>
    public const uint HangUp = 0x10;

    private const int OperationAdd = 1;
    private const int OperationDelete = 2;
    private const int OperationModify = 3;
    private const int CloseOnExec = 0x80000;

    /// <summary>Makes an epoll descriptor that child processes do not inherit.</summary>
    public static int Create() => Errno.Result(NativeCreate(CloseOnExec));

    /// <summary>Watches a descriptor, level triggered; <paramref name="data"/> comes back with its events.</summary>
    public static int Add(int epoll, int descriptor, uint events, ulong data) => Control(epoll, OperationAdd, descriptor, events, data);

    /// <summary>Changes what is watched.</summary>
    public static int Modify(int epoll, int descriptor, uint events, ulong data) =>
        Control(epoll, OperationModify, descriptor, events, data);

    /// <summary>Stops watching. To be done before the descriptor is closed.</summary>
    public static int Remove(int epoll, int descriptor) => Control(epoll, OperationDelete, descriptor, 0, 0);

    /// <summary>
    /// Waits for events; returns how many were written. <paramref name="milliseconds"/>: 0 does not wait, -1 waits without limit.
    /// Interrupted waits answer -<see cref="Errno.Interrupted"/>.
    /// </summary>
    public static int Wait(int epoll, EpollEventBuffer events, int milliseconds) =>
        Errno.Result(NativeWait(epoll, events.Pointer, events.Capacity, milliseconds));

    private static int Control(int epoll, int operation, int descriptor, uint events, ulong data)
    {
        var native = stackalloc byte[EpollEventBuffer.MaxStride];
        EpollEventBuffer.Write(native, events, data);
        return Errno.Result(NativeControl(epoll, operation, descriptor, native));
    }

    [LibraryImport("libc", EntryPoint = "epoll_create1")]
    private static partial int NativeCreate(int flags);

    [LibraryImport("libc", EntryPoint = "epoll_ctl")]
    private static partial int NativeControl(int epoll, int operation, int descriptor, byte* nativeEvent);

    [LibraryImport("libc", EntryPoint = "epoll_wait")]
    private static partial int NativeWait(int epoll, byte* events, int capacity, int milliseconds);
}
