using System.Runtime.InteropServices;

namespace Accelio.Native.Linux;

/// <summary>What is common to all descriptors. Wrappers return a value &gt;= 0 or the negated error number.</summary>
internal static unsafe partial class Descriptors
{
    private const int OpenNonBlocking = 0x800;
    private const int OpenCloseOnExec = 0x80000;
    private const int DuplicateCloseOnExec = 1030;
    private const int GetFlags = 3;
    private const int SetFlags = 4;

    /// <summary>
    /// Closes a descriptor. On Linux it is closed whatever the answer (EINTR included): never call it twice for one descriptor.
    /// </summary>
    public static int Close(int descriptor) => Errno.Result(NativeClose(descriptor));

    /// <summary>Reads at most <paramref name="length"/> bytes.</summary>
    public static int Read(int descriptor, void* buffer, int length) => Errno.Result(NativeRead(descriptor, buffer, (nuint)length));

    /// <summary>Writes at most <paramref name="length"/> bytes.</summary>
    public static int Write(int descriptor, void* buffer, int length) => Errno.Result(NativeWrite(descriptor, buffer, (nuint)length));

    /// <summary>Makes another descriptor of the same file, pipe or socket, which is not inherited by child processes.</summary>
    public static int Duplicate(int descriptor) => Errno.Result(NativeControl(descriptor, DuplicateCloseOnExec, 0));

    /// <summary>Has calls that would wait answer -<see cref="Errno.Again"/> instead.</summary>
    public static int SetNonBlocking(int descriptor)
    {
        var flags = Errno.Result(NativeControl(descriptor, GetFlags, 0));
        return flags < 0 ? flags : Errno.Result(NativeControl(descriptor, SetFlags, flags | OpenNonBlocking));
    }

    /// <summary>Makes a non-blocking pipe that is not inherited by child processes.</summary>
    public static int CreatePipe(out int reader, out int writer)
    {
        var pair = stackalloc int[2];
        var result = Errno.Result(NativePipe2(pair, OpenNonBlocking | OpenCloseOnExec));
        (reader, writer) = result < 0 ? (-1, -1) : (pair[0], pair[1]);
        return result;
    }

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int NativeClose(int descriptor);

    [LibraryImport("libc", EntryPoint = "read")]
    private static partial nint NativeRead(int descriptor, void* buffer, nuint length);

    [LibraryImport("libc", EntryPoint = "write")]
    private static partial nint NativeWrite(int descriptor, void* buffer, nuint length);

    [LibraryImport("libc", EntryPoint = "fcntl")]
    private static partial int NativeControl(int descriptor, int command, int argument);

    [LibraryImport("libc", EntryPoint = "pipe2")]
    private static partial int NativePipe2(int* pair, int flags);
}
