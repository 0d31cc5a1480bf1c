using System.Runtime.InteropServices;

namespace Accelio.Native.Linux;

/// <summary>A timerfd on CLOCK_MONOTONIC: a descriptor that is readable from a chosen moment on. One thread at a time.</summary>
internal sealed unsafe partial class AlarmClock : IDisposable
{
    private const int ClockMonotonic = 1;
    private const int NonBlocking = 0x800;
    private const int CloseOnExec = 0x80000;
    private const long TicksPerSecond = 10_000_000;

    private readonly DescriptorHandle _handle;

    /// <summary>Makes the clock, not set. Throws <see cref="IOException"/> when the process has no descriptors left.</summary>
    public AlarmClock()
    {
        var descriptor = Errno.Result(NativeCreate(ClockMonotonic, NonBlocking | CloseOnExec));
        if (descriptor < 0)
        {
            throw new IOException($"timerfd_create: {Errno.Describe(descriptor)}");
        }

        _handle = new DescriptorHandle(descriptor);
    }

    /// <summary>The number, to be watched for input.</summary>
    public int Descriptor => _handle.Descriptor;

    /// <summary>
    /// Makes the descriptor readable once <paramref name="ticks"/> of 100 ns have passed (at once for 0 and less), instead of what was set
    /// before.
    /// </summary>
    public void SetAfter(long ticks)
    {
        // All zero would mean "not set": one nanosecond is the shortest.
        Set(ticks <= 0
            ? new Interval { Nanoseconds = 1 }
            : new Interval { Seconds = ticks / TicksPerSecond, Nanoseconds = ticks % TicksPerSecond * 100 });
    }

    /// <summary>Takes back what was set; the descriptor is not readable any more.</summary>
    public void Clear() => Set(default);

    /// <summary>Takes note that the moment came: the descriptor is not readable until it is set again.</summary>
    public void Acknowledge()
    {
        ulong expirations;
        _ = Descriptors.Read(_handle.Descriptor, &expirations, sizeof(ulong));
    }

    /// <inheritdoc/>
    public void Dispose() => _handle.Dispose();

    private void Set(Interval first)
    {
        var setting = new Setting { First = first };
        _ = NativeSetTime(_handle.Descriptor, 0, &setting, null);
    }

    [LibraryImport("libc", EntryPoint = "timerfd_create")]
    private static partial int NativeCreate(int clock, int flags);

    [LibraryImport("libc", EntryPoint = "timerfd_settime")]
    private static partial int NativeSetTime(int descriptor, int flags, Setting* setting, Setting* previous);

    /// <summary>struct timespec.</summary>
    private struct Interval
    {
        public long Seconds;
        public long Nanoseconds;
    }

    /// <summary>struct itimerspec.</summary>
    private struct Setting
    {
        public Interval Period;
        public Interval First;
    }
}
