using System.Reactive.Concurrency;
using System.Runtime.InteropServices;
using Accelio.Reactive.Engine;
using Accelio.Transports.Memory;
using Accelio.Transports.Polling;
using Microsoft.Extensions.Logging;

namespace Accelio.Reactive;

/// <summary>The context over a poller; what kind of poller is the only difference between the kinds of contexts.</summary>
internal sealed partial class PollerContext : AccelioContext
{
    private readonly LeaseLedger _ledger;
    private readonly PollerScheduler _scheduler;
    private readonly PushStream<Exception> _unhandled;
    private readonly HashSet<IContextResident> _residents = [];
    private readonly CancellationTokenSource _stopping = new();
    private readonly CancellationToken _stops;
    private readonly Lock _disposeGate = new();
    private Task? _disposal;

    public PollerContext(Poller poller, AccelioContextOptions options, IEntropy entropy)
    {
        _stops = _stopping.Token;
        Poller = poller;
        Options = options;
        Entropy = entropy;
        _ledger = new LeaseLedger(this, options.AuditLeases);
        Messages = new MessagePool(poller) { Ledger = _ledger };
        Budget = new ReceiveBudget(options.ReceiveBudget);
        Log = options.LoggerFactory.CreateLogger("Accelio.Reactive");
        Deliveries = new DeliveryQueue(poller);
        _scheduler = new PollerScheduler(this);
        _unhandled = new PushStream<Exception>(this);
        ClientLinks = new ClientLinkTable(this);
        poller.Owner = this;
        poller.OnUnhandled = ReportUnhandled;
        poller.SlowCycleThreshold = Check.TicksOf(options.SlowCallbackThreshold);
        poller.OnSlowCycle = ticks => AccelioLog.SlowCallback(Log, Name, ticks / TimeSpan.TicksPerMillisecond);
        if (poller.EngineFallback is { } reason)
        {
            AccelioLog.PortableEngine(Log, Name, reason);
        }
    }

    /// <summary>The poller.</summary>
    public Poller Poller { get; }

    /// <summary>The settings.</summary>
    public AccelioContextOptions Options { get; }

    /// <summary>Where ids come from.</summary>
    public IEntropy Entropy { get; }

    /// <summary>Cores of arriving messages.</summary>
    public MessagePool Messages { get; }

    /// <summary>What windows are granted out of.</summary>
    public ReceiveBudget Budget { get; }

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
    public override ContextSwitch SwitchTo() => new(Poller);

    /// <inheritdoc/>
    public override LeaseReport GetLeaseReport() => _ledger.Report();

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

    /// <summary>Enters something that must end with the context. Context only.</summary>
    public void Add(IContextResident resident) => _residents.Add(resident);

    /// <summary>Something has ended by itself. Context only.</summary>
    public void Remove(IContextResident resident) => _residents.Remove(resident);

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

    /// <summary>Tells the log, the counter and the observers what user code threw. Never throws. Any thread; observers hear of it on the context, as long as it lives.</summary>
    public void ReportUnhandled(Exception exception)
    {
        try
        {
            AccelioMeter.UnhandledExceptions.Add(1, new KeyValuePair<string, object?>("accelio.context", Name));
            AccelioLog.UnhandledException(Log, Name, exception);
        }
        catch (Exception)
        {
            // A logger or listener that throws has nobody left to complain to; the observers still hear of the first exception.
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

    /// <summary>The exception for those who come too late.</summary>
    /// <param name="consequence">What cannot be done any more.</param>
    public ObjectDisposedException Disposed(string consequence) => new(Name, $"The context was disposed; {consequence}. Use a context that lives as long as what runs on it.");

    /// <inheritdoc/>
    public override async ValueTask DisposeAsync()
    {
        var caller = ContextSwitch.ToCaller;
        await BeginDispose(graceful: true).ConfigureAwait(false);
        await caller;
        GC.SuppressFinalize(this);
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _ = BeginDispose(graceful: false);
        }
    }

    private Task BeginDispose(bool graceful)
    {
        lock (_disposeGate)
        {
            return _disposal ??= DisposeCore(graceful);
        }
    }

    private async Task DisposeCore(bool graceful)
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var item = new ActionItem(() => _ = CloseResidents(graceful, done));
        if (!Poller.Post(item))
        {
            done.SetResult();
        }

        if (Poller is ManualPoller manual)
        {
            // The host polls no more once it disposes: the last cycles are run here.
            DrainManual(manual, done.Task);
        }

        await done.Task.ConfigureAwait(false);
        switch (Poller)
        {
            case ThreadPoller thread:
                await thread.DisposeAsync().ConfigureAwait(false);
                break;
            case IDisposable disposable:
                disposable.Dispose();
                break;
            default:
                break;
        }

        _stopping.Dispose();
    }

    private static void DrainManual(ManualPoller manual, Task done)
    {
        if (manual.IsCurrent)
        {
            return;
        }

        while (!done.IsCompleted)
        {
            manual.Poll(TimeSpan.FromMilliseconds(10));
        }
    }

    private async Task StopBodies()
    {
        try
        {
            await _stopping.CancelAsync();
        }
        catch (AggregateException exception)
        {
            ReportUnhandled(exception);
        }
    }

    private async Task CloseResidents(bool graceful, TaskCompletionSource done)
    {
        try
        {
            await StopBodies();
            await SwitchTo();
            var residents = _residents.ToArray();
            if (graceful)
            {
                await Task.WhenAll(residents.Select(resident => resident.CloseAsync()));
                await SwitchTo();
            }
            else
            {
                foreach (var resident in residents)
                {
                    resident.Abort();
                }
            }

            _unhandled.End(null);
        }
        catch (Exception exception)
        {
            AccelioLog.UnhandledException(Log, Name, exception);
        }
        finally
        {
            done.TrySetResult();
        }
    }
}
