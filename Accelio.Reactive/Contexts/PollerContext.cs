using System.Reactive.Concurrency;
using System.Runtime.InteropServices;
using Accelio.Reactive.Engine;
using Accelio.Transports.Memory;
using Accelio.Transports.Polling;
using Microsoft.Extensions.Logging;

namespace Accelio.Reactive;

/// <summary>The context over a poller; what kind of poller is the only difference between the kinds of contexts. What it lends is in <c>.Resources</c>, how it ends in <c>.Dispose</c>.</summary>
internal sealed partial class PollerContext : AccelioContext
{
    private readonly AccelioMeter _meter;
    private readonly LeaseLedger _ledger;
    private readonly PollerScheduler _scheduler;
    private readonly PushStream<Exception> _unhandled;
    private readonly CancellationToken _stops;
    private readonly Signal _ended;

    public PollerContext(Poller poller, AccelioContextOptions options, IEntropy entropy)
    {
        _stops = _stopping.Token;
        Poller = poller;
        IsVirtual = poller is SchedulerPoller { IsVirtual: true };
        _ended = new Signal(this);
        Options = options;
        Entropy = entropy;
        _meter = AccelioMeter.Of(options.MeterFactory);
        _ledger = new LeaseLedger(this, options.AuditLeases);
        Messages = new MessagePool(poller) { Ledger = _ledger };
        Budget = new ReceiveBudget(options.ReceiveBudget);
        Log = options.LoggerFactory.CreateLogger("Accelio.Reactive");
        Deliveries = new DeliveryQueue(poller);
        _scheduler = new PollerScheduler(this);
        _unhandled = new PushStream<Exception>(this);
        ClientLinks = new ClientLinkTable(this);
        SharedMemory = new SharedSlabPool(poller.Memory.Options);
        poller.OnStopping(SharedMemory.Retire);
        poller.Owner = this;
        poller.OnUnhandled = ReportUnhandled;
        poller.OnStopped = () => _ended.Set();
        poller.SlowCycleThreshold = Check.TicksOf(options.SlowCallbackThreshold);
        poller.OnSlowCycle = ticks => AccelioLog.SlowCallback(Log, Name, ticks / TimeSpan.TicksPerMillisecond);
        options.SimulatedNetwork?.Enter(this);
        if (poller.EngineFallback is { } reason)
        {
            AccelioLog.PortableEngine(Log, Name, reason);
        }
    }

    /// <summary>The poller.</summary>
    public Poller Poller { get; }

    /// <summary>Whether the context lives in virtual time, so that nothing of it may run anywhere else.</summary>
    public bool IsVirtual { get; }

    /// <summary>The settings.</summary>
    public AccelioContextOptions Options { get; }

    /// <summary>Where ids come from.</summary>
    public IEntropy Entropy { get; }

    /// <summary>Cores of arriving messages.</summary>
    public MessagePool Messages { get; }

    /// <summary>What windows are granted out of.</summary>
    public ReceiveBudget Budget { get; }

    /// <summary>Memory for those who need it on other threads.</summary>
    public SharedSlabPool SharedMemory { get; }

    /// <summary>Operations of calls made on this context.</summary>
    public OperationCache Operations { get; } = new();

    /// <summary>What waits to be told to observers.</summary>
    public DeliveryQueue Deliveries { get; }

    /// <summary>Writers of typed messages that nobody uses. Context only.</summary>
    public PayloadWriter? IdleWriters { get; set; }

    /// <summary>The log.</summary>
    public ILogger Log { get; }

    /// <summary>Links that this context's client sessions share.</summary>
    public ClientLinkTable ClientLinks { get; }

    /// <inheritdoc/>
    public override string Name => Options.Name;

    /// <inheritdoc/>
    public override IScheduler Scheduler => _scheduler;

    /// <inheritdoc/>
    public override TimeProvider TimeProvider => Options.TimeProvider;

    /// <inheritdoc/>
    public override IObservable<Exception> UnhandledExceptions => _unhandled;

    /// <inheritdoc/>
    public override SafeHandle PollHandle => HostPoller.PollHandle;

    private ManualPoller HostPoller => Poller as ManualPoller
        ?? throw new InvalidOperationException("Only a context made by AccelioContext.Manual() is polled by the host; this one runs by itself.");

    /// <inheritdoc/>
    public override int Poll(TimeSpan timeout)
    {
        Check.TimeOrInfinite(timeout, nameof(timeout));
        return HostPoller.Poll(timeout);
    }

    /// <inheritdoc/>
    public override ContextSwitch SwitchTo()
    {
        // Here, where it goes into the caller's task: what an awaiter throws ends the process.
        Poller.DemandCaller();
        return new ContextSwitch(Poller);
    }

    /// <inheritdoc/>
    public override LeaseReport GetLeaseReport() => _ledger.Report();

    /// <inheritdoc/>
    public override AccelioContextSnapshot GetSnapshot()
    {
        // So that a caller in a loop sees the figures change.
        Volatile.ReadBarrier();
        var memory = Poller.Memory.Statistics;
        return new AccelioContextSnapshot
        {
            Cycles = Poller.Cycles,
            PostedCalls = Poller.PostedItems,
            Residents = _residents.Count,
            HeldMessages = Messages.Held,
            MemoryInUse = memory.RentedBytes,
            MemoryReserved = memory.ReservedBytes,
            MemoryInHugePages = memory.HugePageBytes,
            BudgetTaken = Budget.Taken,
            IsDisposed = _isDisposed,
        };
    }

    /// <inheritdoc/>
    public override ValueTask RunAsync(Func<CancellationToken, ValueTask> body)
    {
        ArgumentNullException.ThrowIfNull(body);
        var run = new RunOperation<bool>(this);
        _ = run.RunAsync(
            async token =>
            {
                await body(token);
                return true;
            },
            _stops);
        return run.VoidTask;
    }

    /// <inheritdoc/>
    public override ValueTask<T> RunAsync<T>(Func<CancellationToken, ValueTask<T>> body)
    {
        ArgumentNullException.ThrowIfNull(body);
        var run = new RunOperation<T>(this);
        _ = run.RunAsync(body, _stops);
        return run.Task;
    }

    /// <summary>Runs something on the context from the top of the duty cycle, never inside the caller. A context that has stopped has no duty cycle: then it runs here. Any thread.</summary>
    public void RunSoon(WorkItem item)
    {
        if (Poller.IsCurrent)
        {
            Poller.Enqueue(item);
        }
        else if (!Poller.Post(item))
        {
            item.Execute();
        }
    }

    /// <summary>After what was called by somebody who disposes: in virtual time he may let no more time pass, so it is done at once.</summary>
    public void RunLast() => (Poller as SchedulerPoller)?.RunNow();

    /// <summary>Counts somebody who came for a connection and was refused.</summary>
    public void NoteRefusedResume(object? peer, AccelioStatus status)
    {
        _meter.RefusedResumes.Add(1, new("accelio.context", Name), new("accelio.status", status.ToString()));
        AccelioLog.ResumeRefused(Log, peer, status);
    }

    /// <summary>Tells the log, the counter and the observers what user code threw. Never throws. Any thread; observers hear of it on the context, as long as it lives.</summary>
    public void ReportUnhandled(Exception exception)
    {
        try
        {
            _meter.UnhandledExceptions.Add(1, new KeyValuePair<string, object?>("accelio.context", Name));
            AccelioLog.UnhandledException(Log, Name, exception);
        }
        catch (Exception)
        {
            // A logger or listener that throws has nobody left to complain to; the observers still hear of the first exception.
        }

        if (Options.SimulatedHost is not null && !_isDisposed)
        {
            Options.SimulatedNetwork!.Report(exception);
        }

        if (Poller.IsCurrent)
        {
            _unhandled.Push(exception);
        }
        else
        {
            Poller.Post(new ActionItem(() => _unhandled.Push(exception)));
        }
    }

    /// <summary>Counts a session that another server wanted to hand over, or somebody who said so, and that was refused.</summary>
    public void NoteRefusedHandOver(object? peer, AccelioStatus status, string detail)
    {
        _meter.RefusedHandOvers.Add(1, new("accelio.context", Name), new("accelio.status", status.ToString()));
        AccelioLog.HandOverRefused(Log, peer, status, detail);
    }

    /// <summary>The exception for those who come too late.</summary>
    /// <param name="consequence">What cannot be done any more.</param>
    public ObjectDisposedException Disposed(string consequence) => new(Name, $"The context was disposed; {consequence}. Use a context that lives as long as what runs on it.");
}
