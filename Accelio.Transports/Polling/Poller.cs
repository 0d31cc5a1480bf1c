using Accelio.Transports.Memory;

namespace Accelio.Transports.Polling;

internal abstract class Poller
{
    public static Poller? Current => throw null!;

    public bool IsCurrent => throw null!;

    public long Now => throw null!;

    public TimerWheel Timers => throw null!;

    public SlabPool Memory => throw null!;

    public Action<Exception>? OnUnhandled { get; set; }

    public void Post(WorkItem item) => throw null!;

    public void Enqueue(WorkItem item) => throw null!;

    public void Register(IPollable pollable) => throw null!;

    public void Unregister(IPollable pollable) => throw null!;

    public void MarkDirty(IFlushable flushable) => throw null!;

    public int RunDutyCycle() => throw null!;
}
