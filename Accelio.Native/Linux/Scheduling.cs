using System.Runtime.InteropServices;

namespace Accelio.Native.Linux;

/// <summary>Calls about the calling thread and its processor. Wrappers return a value &gt;= 0 or the negated error number.</summary>
internal static unsafe partial class Scheduling
{
    private const int MaskBytes = 1024; // 8192 processors, the kernel's own limit
    private const int UsageOfThread = 1;

    /// <summary>Lets another runnable thread of the same processor go first, if there is one.</summary>
    public static void Yield() => _ = NativeYield();

    /// <summary>The processor this thread runs on at this moment.</summary>
    public static int CurrentCpu() => Errno.Result(NativeGetCpu());

    /// <summary>
    /// Binds the calling thread, and no other of the process, to one processor. -<see cref="Errno.Invalid"/> when there is none with that
    /// number to be had.
    /// </summary>
    public static int PinCurrentThread(int cpu)
    {
        if (cpu is < 0 or >= MaskBytes * 8)
        {
            return -Errno.Invalid;
        }

        var mask = stackalloc ulong[MaskBytes / sizeof(ulong)];
        new Span<ulong>(mask, MaskBytes / sizeof(ulong)).Clear();
        mask[cpu / 64] = 1UL << (cpu % 64);
        return Errno.Result(NativeSetAffinity(0, MaskBytes, mask));
    }

    /// <summary>What the calling thread has used so far.</summary>
    public static int GetThreadUsage(out ThreadUsage usage)
    {
        ThreadUsage native = default;
        var result = Errno.Result(NativeGetUsage(UsageOfThread, &native));
        usage = native;
        return result;
    }

    [LibraryImport("libc", EntryPoint = "sched_yield")]
    private static partial int NativeYield();

    [LibraryImport("libc", EntryPoint = "sched_getcpu")]
    private static partial int NativeGetCpu();

    [LibraryImport("libc", EntryPoint = "sched_setaffinity")]
    private static partial int NativeSetAffinity(int thread, nuint length, ulong* mask);

    [LibraryImport("libc", EntryPoint = "getrusage")]
    private static partial int NativeGetUsage(int who, ThreadUsage* usage);
}
