using System.Runtime.InteropServices;

namespace Accelio.Native.Linux;

/// <summary>Anonymous mappings. Wrappers return 0 or the negated error number.</summary>
internal static unsafe partial class MemoryMap
{
    private const int ProtectionRead = 1;
    private const int ProtectionWrite = 2;
    private const int MapPrivate = 0x02;
    private const int MapAnonymous = 0x20;
    private const int MapNoReserve = 0x4000;
    private const int MapHuge = 0x40000 | (21 << 26);
    private const int MapFixedNoReplace = 0x100000;
    private const int AdviceDontNeed = 4;

    /// <summary>Reserves zeroed memory that costs address space only until it is touched.</summary>
    public static int Map(nuint length, out byte* address)
    {
        var result = NativeMap(null, length, ProtectionRead | ProtectionWrite, MapPrivate | MapAnonymous | MapNoReserve, -1, 0);
        if (result == -1)
        {
            address = null;
            return -Marshal.GetLastPInvokeError();
        }

        address = (byte*)result;
        return 0;
    }

    /// <summary>Length of a huge page, 2 MiB: the size that x64 and most of arm64 have.</summary>
    public const int HugePage = 2 << 20;

    /// <summary>
    /// Takes zeroed memory of huge pages, whole ones, out of those that the administrator has set aside; touching it never fails. In front of it lies address space of one more page that nothing is placed in.
    /// </summary>
    /// <param name="length">Bytes; a multiple of <see cref="HugePage"/>.</param>
    /// <param name="address">The memory, behind the gap.</param>
    public static int MapHugePages(nuint length, out byte* address)
    {
        address = null;
        var result = NativeMap(null, length + HugePage, ProtectionRead | ProtectionWrite, MapPrivate | MapAnonymous | MapHuge, -1, 0);
        if (result == -1)
        {
            return -Marshal.GetLastPInvokeError();
        }

        // The gap shall cost no huge page: ordinary address space takes its place.
        var gap = (byte*)result;
        Unmap(gap, HugePage);
        result = NativeMap(gap, HugePage, ProtectionRead | ProtectionWrite, MapPrivate | MapAnonymous | MapNoReserve | MapFixedNoReplace, -1, 0);
        if (result == (nint)gap)
        {
            address = gap + HugePage;
            return 0;
        }

        // Somebody was faster, or the system knows no such flag and has placed it elsewhere.
        var error = result == -1 ? -Marshal.GetLastPInvokeError() : -Errno.NoMemory;
        if (result != -1)
        {
            Unmap((byte*)result, HugePage);
        }

        Unmap(gap + HugePage, length);
        return error;
    }

    /// <summary>
    /// Gives a mapping back. The address means nothing afterwards: a stale reader crashes, so whoever hands addresses out uses
    /// <see cref="Discard"/> instead.
    /// </summary>
    public static int Unmap(byte* address, nuint length) => Errno.Result(NativeUnmap(address, length));

    /// <summary>
    /// Gives the pages back and keeps the mapping (MADV_DONTNEED): the range, in whole pages, reads as zero and costs nothing until it is
    /// touched again.
    /// </summary>
    public static int Discard(byte* address, nuint length) => Errno.Result(NativeAdvise(address, length, AdviceDontNeed));

    [LibraryImport("libc", EntryPoint = "mmap", SetLastError = true)]
    private static partial nint NativeMap(void* address, nuint length, int protection, int flags, int descriptor, nint offset);

    [LibraryImport("libc", EntryPoint = "munmap", SetLastError = true)]
    private static partial int NativeUnmap(void* address, nuint length);

    [LibraryImport("libc", EntryPoint = "madvise", SetLastError = true)]
    private static partial int NativeAdvise(void* address, nuint length, int advice);
}
