using System.Runtime.InteropServices;

namespace Accelio.Native.Linux;

/// <summary>struct rusage, of one thread.</summary>
[StructLayout(LayoutKind.Explicit, Size = 144)]
internal struct ThreadUsage
{
    [FieldOffset(0)]
    private long _userSeconds;

    [FieldOffset(8)]
    private long _userMicroseconds;

    [FieldOffset(16)]
    private long _systemSeconds;

    [FieldOffset(24)]
    private long _systemMicroseconds;

    /// <summary>How often the thread gave the processor up because it had to wait.</summary>
    [FieldOffset(128)]
    public long VoluntarySwitches;

    /// <summary>
    /// How often the processor was taken from the thread although it could have gone on; sched_yield counts when another thread ran.
    /// </summary>
    [FieldOffset(136)]
    public long InvoluntarySwitches;

    /// <summary>Processor time in user and kernel mode.</summary>
    public readonly TimeSpan ProcessorTime =>
        TimeSpan.FromSeconds(_userSeconds + _systemSeconds) + TimeSpan.FromMicroseconds(_userMicroseconds + _systemMicroseconds);
}
