using System.Runtime.InteropServices;

namespace Accelio.Native.Linux;

/// <summary>Limits that the system sets to the process.</summary>
internal static unsafe partial class ResourceLimits
{
    private const int MemoryLock = 8;

    /// <summary>RLIMIT_MEMLOCK: bytes of memory that the process may lock, <see cref="ulong.MaxValue"/> for no limit. Privileged processes
    /// are not held to it. Returns 0 or the negated error number.</summary>
    public static int GetLockedMemory(out ulong limit)
    {
        var limits = stackalloc ulong[2];
        var result = Errno.Result(NativeGetLimit(MemoryLock, limits));
        limit = limits[0];
        return result;
    }

    [LibraryImport("libc", EntryPoint = "getrlimit")]
    private static partial int NativeGetLimit(int resource, ulong* limits);
}
