using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Accelio.Native.Linux;

/// <summary>Error numbers (errno.h, the same on all platforms that .NET runs on) and what they mean.</summary>
internal static class Errno
{
    /// <summary>EPERM: the operation is not permitted.</summary>
    public const int NotPermitted = 1;

    /// <summary>ENOENT: no such file or directory.</summary>
    public const int NoEntry = 2;

    /// <summary>EINTR: a signal interrupted the call; try again.</summary>
    public const int Interrupted = 4;

    /// <summary>EIO: the system says no more than that it failed.</summary>
    public const int InputOutput = 5;

    /// <summary>EBADF: not an open descriptor.</summary>
    public const int BadDescriptor = 9;

    /// <summary>EAGAIN: nothing to be had without waiting.</summary>
    public const int Again = 11;

    /// <summary>ENOMEM: out of memory or mappings.</summary>
    public const int NoMemory = 12;

    /// <summary>EACCES: access denied.</summary>
    public const int AccessDenied = 13;

    /// <summary>EFAULT: an address outside the process.</summary>
    public const int Fault = 14;

    /// <summary>EEXIST: already there.</summary>
    public const int Exists = 17;

    /// <summary>ENODEV: no such device.</summary>
    public const int NoDevice = 19;

    /// <summary>EINVAL: an argument makes no sense.</summary>
    public const int Invalid = 22;

    /// <summary>ENFILE: the machine has no descriptors left.</summary>
    public const int SystemFilesExhausted = 23;

    /// <summary>EMFILE: the process has no descriptors left.</summary>
    public const int ProcessFilesExhausted = 24;

    /// <summary>EPIPE: the peer reads no more.</summary>
    public const int BrokenPipe = 32;

    /// <summary>ENOSYS: the kernel has no such call.</summary>
    public const int NotImplemented = 38;

    /// <summary>ENOPROTOOPT: no such option.</summary>
    public const int NoOption = 92;

    /// <summary>EAFNOSUPPORT: the address family is not supported.</summary>
    public const int FamilyNotSupported = 97;

    /// <summary>EADDRINUSE: the address is taken.</summary>
    public const int AddressInUse = 98;

    /// <summary>EADDRNOTAVAIL: not an address of this machine.</summary>
    public const int AddressNotAvailable = 99;

    /// <summary>ENETUNREACH: no way to that network.</summary>
    public const int NetworkUnreachable = 101;

    /// <summary>ECONNABORTED: the connection ended before it was accepted.</summary>
    public const int ConnectionAborted = 103;

    /// <summary>ECONNRESET: the peer reset the connection.</summary>
    public const int ConnectionReset = 104;

    /// <summary>ENOBUFS: the kernel has no buffers left.</summary>
    public const int NoBuffers = 105;

    /// <summary>EISCONN: already connected.</summary>
    public const int IsConnected = 106;

    /// <summary>ENOTCONN: not connected.</summary>
    public const int NotConnected = 107;

    /// <summary>ETIMEDOUT: the peer did not answer in time.</summary>
    public const int TimedOut = 110;

    /// <summary>ECONNREFUSED: nobody listens there.</summary>
    public const int ConnectionRefused = 111;

    /// <summary>EHOSTUNREACH: no way to that machine.</summary>
    public const int HostUnreachable = 113;

    /// <summary>EALREADY: already under way.</summary>
    public const int Already = 114;

    /// <summary>EINPROGRESS: begun; the outcome is told later.</summary>
    public const int InProgress = 115;

    /// <summary>
    /// The convention of all wrappers: what a call returned, or the negated error number of the call just made on this thread. It is read from where the system left it, and only after a failure:
    /// <c>SetLastError</c> would clear, read and keep it at every call.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Result(nint returned) => returned >= 0 ? (int)returned : -Marshal.GetLastSystemError();

    /// <summary>The system's words for an error number, with the number; a negated one is understood too.</summary>
    public static string Describe(int error)
    {
        var number = Math.Abs(error);

        // The numbers are those of Linux: other systems understand them in the terms of .NET only.
        var words = OperatingSystem.IsLinux()
            ? Marshal.GetPInvokeErrorMessage(number)
            : new SocketException((int)ToSocketError(number)).Message;
        return $"{words} (errno {number})";
    }

    /// <summary>The error number for an error of .NET; those that have none of their own become <see cref="InputOutput"/>.</summary>
    public static int FromSocketError(SocketError error) => error switch
    {
        SocketError.Success => 0,
        SocketError.AccessDenied => AccessDenied,
        SocketError.Interrupted => Interrupted,
        SocketError.OperationAborted or SocketError.NotSocket => BadDescriptor,
        SocketError.WouldBlock => Again,
        SocketError.NoBufferSpaceAvailable => NoBuffers,
        SocketError.Fault => Fault,
        SocketError.InvalidArgument => Invalid,
        SocketError.TooManyOpenSockets => ProcessFilesExhausted,
        SocketError.Shutdown => BrokenPipe,
        SocketError.ProtocolOption => NoOption,
        SocketError.AddressFamilyNotSupported => FamilyNotSupported,
        SocketError.AddressAlreadyInUse => AddressInUse,
        SocketError.AddressNotAvailable => AddressNotAvailable,
        SocketError.NetworkDown or SocketError.NetworkUnreachable => NetworkUnreachable,
        SocketError.NetworkReset or SocketError.ConnectionReset or SocketError.Disconnecting => ConnectionReset,
        SocketError.ConnectionAborted => ConnectionAborted,
        SocketError.IsConnected => IsConnected,
        SocketError.NotConnected => NotConnected,
        SocketError.TimedOut => TimedOut,
        SocketError.ConnectionRefused => ConnectionRefused,
        SocketError.HostDown or SocketError.HostUnreachable => HostUnreachable,
        SocketError.AlreadyInProgress => Already,
        SocketError.InProgress => InProgress,
        _ => InputOutput,
    };

    /// <summary>The error in the terms of .NET; a negated one is understood too.</summary>
    public static SocketError ToSocketError(int error) => Math.Abs(error) switch
    {
        0 => SocketError.Success,
        NotPermitted or AccessDenied => SocketError.AccessDenied,
        Interrupted => SocketError.Interrupted,
        BadDescriptor => SocketError.OperationAborted,
        Again => SocketError.WouldBlock,
        NoMemory or NoBuffers => SocketError.NoBufferSpaceAvailable,
        Fault => SocketError.Fault,
        Invalid => SocketError.InvalidArgument,
        SystemFilesExhausted or ProcessFilesExhausted => SocketError.TooManyOpenSockets,
        BrokenPipe => SocketError.Shutdown,
        NoOption => SocketError.ProtocolOption,
        FamilyNotSupported => SocketError.AddressFamilyNotSupported,
        AddressInUse => SocketError.AddressAlreadyInUse,
        AddressNotAvailable => SocketError.AddressNotAvailable,
        NetworkUnreachable => SocketError.NetworkUnreachable,
        ConnectionAborted => SocketError.ConnectionAborted,
        ConnectionReset => SocketError.ConnectionReset,
        IsConnected => SocketError.IsConnected,
        NotConnected => SocketError.NotConnected,
        TimedOut => SocketError.TimedOut,
        ConnectionRefused => SocketError.ConnectionRefused,
        HostUnreachable => SocketError.HostUnreachable,
        Already => SocketError.AlreadyInProgress,
        InProgress => SocketError.InProgress,
        _ => SocketError.SocketError,
    };
}
