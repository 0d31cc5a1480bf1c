using Accelio.Transports.Memory;

namespace Accelio.Transports.Polling;

internal abstract class Poller
{
    protected Poller(PollerOptions options) => Options = options;

    public static Poller? Current => throw null!;

    public PollerOptions Options { get; }

    public bool IsCurrent => throw null!;

    /// <summary>Post answers false from here on.</summary>
    public bool HasStopped => throw null!;

    public long Now => throw null!;

    public TimerWheel Timers => throw null!;

    public SlabPool Memory => throw null!;

    /// <summary>Null on pollers that cannot watch descriptors.</summary>
    public virtual SocketReactor? Sockets => null;

    public Action<Exception>? OnUnhandled { get; set; }

    /// <summary>Work that must not wait for the kernel: the poller must not block.</summary>
    public bool HasPendingWork => throw null!;

    /// <summary>Any thread. False when the poller has stopped; every item for which it was true is executed.</summary>
    public bool Post(WorkItem item) => throw null!;

    public void Enqueue(WorkItem item) => throw null!;

    public void Register(IPollable pollable) => throw null!;

    public void Unregister(IPollable pollable) => throw null!;

    public void MarkDirty(IFlushable flushable) => throw null!;

    /// <summary>Called once on the poller's thread when it stops, latest registration first, while Post still works.</summary>
    public void OnStopping(Action callback) => throw null!;

    /// <summary>Reports what user code threw; never throws.</summary>
    public void ReportUnhandled(Exception exception) => throw null!;

    /// <summary>Makes the poller current on this thread (host and scheduler driven pollers).</summary>
    public int RunDutyCycle() => throw null!;

    /// <summary>Publishes that the next Post must call Wake; false (and not published) when there is work already. The other half: <see cref="FinishSleep"/>.</summary>
    protected bool TryPrepareToSleep() => throw null!;

    protected void FinishSleep() => throw null!;

    /// <summary>Runs the stopping callbacks, closes and empties the mailbox.</summary>
    protected void Shutdown() => throw null!;

    /// <summary>Called by Post, on any thread, once per published sleep.</summary>
    protected abstract void Wake();
}
