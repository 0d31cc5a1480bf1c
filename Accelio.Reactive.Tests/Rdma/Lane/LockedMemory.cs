using System.Runtime.InteropServices;
using Accelio.Native.Linux;

namespace Accelio.Reactive.Tests.Rdma.Lane;

/// <summary>While it lives, the process may lock no more memory than it has locked. Holds for processes without the privilege to lock more, as those of the guest.</summary>
internal sealed unsafe partial class LockedMemory : IDisposable
{
    private const int MemoryLock = 8;

    // Registrations beyond it fail, whatever is registered already.
    private const ulong Little = 4096;

    private readonly ulong[] _limits = new ulong[2];

    public LockedMemory()
    {
        fixed (ulong* limits = _limits)
        {
            VerbsEnd.Works(Errno.Result(GetLimit(MemoryLock, limits)));
            var lowered = stackalloc ulong[2] { Little, limits[1] };
            VerbsEnd.Works(Errno.Result(SetLimit(MemoryLock, lowered)));
        }
    }

    public void Dispose()
    {
        fixed (ulong* limits = _limits)
        {
            VerbsEnd.Works(Errno.Result(SetLimit(MemoryLock, limits)));
        }
    }

    [LibraryImport("libc", EntryPoint = "getrlimit", SetLastError = true)]
    private static partial int GetLimit(int resource, ulong* limits);

    [LibraryImport("libc", EntryPoint = "setrlimit", SetLastError = true)]
    private static partial int SetLimit(int resource, ulong* limits);
}
