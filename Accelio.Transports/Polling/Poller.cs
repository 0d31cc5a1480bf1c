using Accelio.Transports.Memory;

namespace Accelio.Transports.Polling;

/// <summary>
/// The heart of a context: one thread at a time runs its duty cycle, and everything that belongs to the poller - sockets, links, timers,
/// memory - is touched by that thread only. Other threads reach it through <see cref="Post"/>.
/// <para>One turn of the duty cycle, <see cref="RunDutyCycle"/>:</para>
/// <list type="number">
/// <item>The clock is read, once: <see cref="Now"/> is the time of the whole turn.</item>
/// <item>Sources: sockets (<see cref="Sockets"/>), then everything registered with <see cref="Register"/>. They deliver what
/// arrived.</item>
/// <item>The run queue: what was given to <see cref="Enqueue"/> meanwhile, such as the continuations of awaits. Never nested: an item that
/// enqueues another returns first.</item>
/// <item>The mailbox: what other threads posted, as far as it had been posted when its turn came. Then the run queue again.</item>
/// <item>Timers that are due. Then the run queue again.</item>
/// <item>Flush: everything that called <see cref="MarkDirty"/> in this turn hands its output to the system once. This is what coalesces a
/// thousand answers into one call.</item>
/// </list>
/// <para>
/// Every stage is bounded, so that none starves another; what is left over is <see cref="HasPendingWork"/> and comes next turn. What user
/// code throws goes to <see cref="OnUnhandled"/> and never ends the loop.
/// </para>
/// <para>
/// What happens between turns is the business of the derived class: <see cref="ThreadPoller"/> spins and then blocks,
/// <see cref="ManualPoller"/> returns to its host, a scheduler-driven one asks for its next turn. They go to sleep by
/// <see cref="TryPrepareToSleep"/>, after which the next <see cref="Post"/> calls <see cref="Wake"/>.
/// </para>
/// </summary>
internal abstract partial class Poller
{
    private const int MaxRunQueueItemsPerCycle = 1024;
    private const int MaxClosingCycles = 1000;

    private readonly PollerClock _clock;
    private readonly Mailbox _mailbox = new();
    private readonly RunQueue _runQueue = new();
    private readonly PollableList _pollables = new();
    private readonly DirtyList _dirty = new();
    private readonly List<Action> _stopping = [];
    private readonly HashSet<Link> _closing = [];
    private readonly TaskCompletionSource _stopped = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly StopItem _stopItem;
    private int _stopRequested;
    private int _runBudget;

    /// <summary>Creates a poller without sockets. The poller belongs to no thread before its first turn.</summary>
    protected Poller(PollerOptions options)
        : this(options, hasSockets: false, isDrivenByHost: false)
    {
    }

    /// <summary>Creates the parts that every poller has. The poller belongs to no thread before its first turn.</summary>
    /// <param name="options">Settings.</param>
    /// <param name="hasSockets">Whether it watches sockets; then <see cref="Sockets"/> is there.</param>
    /// <param name="isDrivenByHost">Whether a host waits for the reactor's handle.</param>
    protected Poller(PollerOptions options, bool hasSockets, bool isDrivenByHost)
    {
        Options = options;
        _stopItem = new StopItem(this);
        _clock = new PollerClock(options.TimeProvider);
        Now = _clock.Read();
        Timers = new TimerWheel(Now, ReportUnhandled, options.TimerResolution);
        if (hasSockets)
        {
            Sockets = ReactorFactory.Create(this, isDrivenByHost, out var fallback);
            EngineFallback = fallback;
        }

        Memory = new SlabPool(new SlabPoolOptions
        {
            Portable = Sockets is PortableReactor || options.Engine == ReactorKind.Portable || !OperatingSystem.IsLinux(),
            Poison = options.PoisonMemory,
            Quarantine = options.QuarantineOfMemory,
        });
        Memory.Disown();
    }

    /// <summary>The settings.</summary>
    public PollerOptions Options { get; }

    /// <summary>Completes when the poller has stopped and nothing runs on it any more.</summary>
    public Task Stopped => _stopped.Task;

    /// <summary>Whether <see cref="Post"/> refuses. Any thread.</summary>
    public bool HasStopped => _mailbox.IsClosed;

    /// <summary>
    /// The time of the current turn, in ticks of 100 ns since an origin of the <see cref="PollerOptions.TimeProvider"/>'s choice.
    /// </summary>
    public long Now { get; private set; }

    /// <summary>The time at this very moment, for other threads: <see cref="Now"/> stands still while a callback runs. Any thread.</summary>
    public long ReadTime() => _clock.Read();

    /// <summary>How many turns there were.</summary>
    public long Cycles { get; private set; }

    /// <summary>How many posted items wait, about. Any thread.</summary>
    public long PostedItems => Math.Max(0, _mailbox.Pending);

    /// <summary>The timers. Poller thread only.</summary>
    public TimerWheel Timers { get; }

    /// <summary>The memory. See there which members are for other threads.</summary>
    public SlabPool Memory { get; }

    /// <summary>The sockets; null on pollers that cannot watch any.</summary>
    public Reactor? Sockets { get; }

    /// <summary>Why the sockets are not watched by epoll although the options left it to the poller; else null.</summary>
    public string? EngineFallback { get; }

    /// <summary>Whoever made the poller, for its own use. Set before the poller starts.</summary>
    public object? Owner { get; set; }

    /// <summary>Told of everything that user code lets escape into the loop. Set before the poller starts; must not throw.</summary>
    public Action<Exception>? OnUnhandled { get; set; }

    /// <summary>Told when the poller has stopped, on the thread that was its own. Set before the poller starts; must not throw.</summary>
    public Action? OnStopped { get; set; }

    /// <summary>A turn that takes longer than this many ticks is told to <see cref="OnSlowCycle"/>. Set before the poller starts.</summary>
    public long SlowCycleThreshold { get; set; } = long.MaxValue;

    /// <summary>Told of turns that took too long, with their duration in ticks: a callback blocks everything else here. Set before the poller starts; must not throw.</summary>
    public Action<long>? OnSlowCycle { get; set; }

    /// <summary>Whether something waits that needs no event from outside, so that the poller must not sleep. Poller thread only.</summary>
    public bool HasPendingWork => !_runQueue.IsEmpty || !_dirty.IsEmpty || _mailbox.Pending != 0 || Sockets is { HasReady: true };

    /// <summary>
    /// Gives the poller something to execute, from any thread. Wakes the poller only when it sleeps. False when the poller has stopped, and
    /// then the item is the caller's again; every item for which the answer was true is executed, in the order of posting.
    /// </summary>
    public bool Post(WorkItem item)
    {
        if (!_mailbox.TryPost(item))
        {
            return false;
        }

        if (_mailbox.TakeSleepFlag())
        {
            Wake();
        }

        return true;
    }

    /// <summary>
    /// Asks the poller to stop: what has been posted is executed, the <see cref="OnStopping"/> callbacks run, then posting is refused and
    /// the last turn ends. A poller that stops itself must not wait for the task. Idempotent, from any thread.
    /// </summary>
    public virtual Task StopAsync()
    {
        if (Interlocked.Exchange(ref _stopRequested, 1) == 0)
        {
            if (IsCurrent)
            {
                IsStopping = true;
            }
            else
            {
                Post(_stopItem);
            }
        }

#pragma warning disable VSTHRD003 // the thread that completes the task takes no locks and waits for nobody
        return _stopped.Task;
#pragma warning restore VSTHRD003
    }

    /// <summary>
    /// Called on the thread of a user who is about to post: pollers that are not for every thread at every time throw here.
    /// </summary>
    public void DemandCaller()
    {
        if (ChecksCallers)
        {
            CheckCaller();
        }
    }

    /// <summary>
    /// Lets an item run when the current callback has returned, in this turn or, when this turn has done enough, in the next. Poller thread
    /// only.
    /// </summary>
    public void Enqueue(WorkItem item) => _runQueue.Add(item);

    /// <summary>Has a source asked in every turn, from the next one on. Poller thread only.</summary>
    public void Register(IPollable pollable) => _pollables.Add(pollable);

    /// <summary>Has a source asked no more. Poller thread only.</summary>
    public void Unregister(IPollable pollable) => _pollables.Remove(pollable);

    /// <summary>
    /// Has the output of <paramref name="flushable"/> flushed at the end of this turn; once per call, so it keeps a flag of its own. Poller
    /// thread only.
    /// </summary>
    public void MarkDirty(IFlushable flushable) => _dirty.Add(flushable);

    /// <summary>
    /// Has a callback run when the poller stops: on its thread, latest registration first, while posting still works. Poller thread, or
    /// before the first turn.
    /// </summary>
    public void OnStopping(Action callback) => _stopping.Add(callback);

    /// <summary>Notes a link that may outlive all who used it, such as one that closes in good order: when the poller stops before it has closed, it
    /// is cut off. Poller thread only.</summary>
    public void NoteClosing(Link link) => _closing.Add(link);

    /// <summary>The link has closed.</summary>
    public void NoteClosed(Link link) => _closing.Remove(link);

    /// <summary>Reports what user code threw. Never throws.</summary>
    public void ReportUnhandled(Exception exception)
    {
        try
        {
            OnUnhandled?.Invoke(exception);
        }
        catch (Exception)
        {
            // There is nobody left to tell, and the loop has other inhabitants.
        }
    }

    /// <summary>
    /// Runs one turn on the calling thread, which is the poller's for that time; returns the amount of work done, 0 for none.
    /// </summary>
    public int RunDutyCycle()
    {
        if (IsCurrent)
        {
            return RunCycle();
        }

        var previous = Enter();
        try
        {
            return RunCycle();
        }
        finally
        {
            Exit(previous);
        }
    }

    /// <summary>
    /// Publishes that the next <see cref="Post"/> has to call <see cref="Wake"/>; false, and nothing published, when there is something to
    /// do. The check comes after the publication, so that no post can fall between the two.
    /// </summary>
    protected bool TryPrepareToSleep()
    {
        _mailbox.RaiseSleepFlag();
        if (!HasPendingWork && _pollables.PrepareToSleep(this))
        {
            return true;
        }

        _mailbox.LowerSleepFlag();
        return false;
    }

    /// <summary>Takes back what <see cref="TryPrepareToSleep"/> published.</summary>
    protected void FinishSleep() => _mailbox.LowerSleepFlag();

    /// <summary>
    /// Ends the sleep of the poller, or makes sure that it gets a turn. Called by <see cref="Post"/> on any thread, once per published
    /// sleep; possibly after <see cref="Shutdown"/>.
    /// </summary>
    protected abstract void Wake();

    /// <summary>Whether <see cref="CheckCaller"/> has a say in who may post. Set by the constructor of the derived class.</summary>
    protected bool ChecksCallers { get; init; }

    /// <summary>Throws when the calling thread may not post now.</summary>
    protected virtual void CheckCaller()
    {
    }

    /// <summary>Whether the poller is to stop after this turn. Poller thread only.</summary>
    protected bool IsStopping { get; private set; }

    /// <summary>The poller has stopped; by the derived class, once everything of it is gone.</summary>
    protected void ReportStopped()
    {
        _stopped.TrySetResult();
        OnStopped?.Invoke();
    }

    /// <summary>
    /// Stops: runs what was posted, then the <see cref="OnStopping"/> callbacks and what they set in motion; then refuses posts and runs
    /// those accepted until then. On the poller's thread, once, by the derived class.
    /// </summary>
    protected void Shutdown()
    {
        RunPendingWork();
        for (var i = _stopping.Count - 1; i >= 0; i--)
        {
            try
            {
                _stopping[i]();
            }
            catch (Exception exception)
            {
                ReportUnhandled(exception);
            }
        }

        RunPendingWork();
        foreach (var link in _closing.ToArray())
        {
            // Its last bytes are with the system by now, or would not have left in time.
            link.Abort(LinkError.None, $"the poller '{Options.Name}' stopped while the link closed");
        }

        RunPendingWork();
        _mailbox.Close();
        do
        {
            RunPendingWork();
        }
        while (_mailbox.Pending != 0);

        if (!_runQueue.IsEmpty)
        {
            ReportUnhandled(new InvalidOperationException(
                $"work of the poller '{Options.Name}' kept enqueueing more while it stopped; the rest was dropped"));
        }

        Sockets?.Dispose();
        Memory.Retire();
    }

    private int RunCycle()
    {
        var flow = ExecutionContext.Capture();
        var now = _clock.Read();
        Now = now;
        Cycles++;
        _runBudget = MaxRunQueueItemsPerCycle;
        Memory.CollectReturns();

        var work = Sockets?.Poll(now) ?? 0;
        work += _pollables.Poll(now, this);
        work += RunQueued();
        work += RunPosted();
        work += RunQueued();
        work += Timers.Advance(now);
        work += RunQueued();
        work += _dirty.Flush(now, this);
        if (flow is not null && !ReferenceEquals(ExecutionContext.Capture(), flow))
        {
            // What a callback did to its AsyncLocals is not the business of those that run here after it.
            ExecutionContext.Restore(flow);
        }

        if (work != 0 && SlowCycleThreshold != long.MaxValue && _clock.Read() - now is var took && took > SlowCycleThreshold)
        {
            OnSlowCycle?.Invoke(took);
        }

        return work;
    }

    private int RunQueued()
    {
        var work = 0;
        while (true)
        {
            try
            {
                while (_runBudget > 0 && _runQueue.TryTake(out var item))
                {
                    _runBudget--;
                    work++;
                    item.Execute();
                }

                return work;
            }
            catch (Exception exception)
            {
                ReportUnhandled(exception);
            }
        }
    }

    private int RunPosted()
    {
        var work = 0;
        var allowed = _mailbox.Pending;
        while (true)
        {
            try
            {
                while (work < allowed && _mailbox.TryTake(out var item))
                {
                    work++;
                    item.Execute();
                }

                return work;
            }
            catch (Exception exception)
            {
                ReportUnhandled(exception);
            }
        }
    }

    private void RunPendingWork()
    {
        for (var i = 0; i < MaxClosingCycles; i++)
        {
            RunDutyCycle();
            if (!HasPendingWork)
            {
                return;
            }
        }
    }

    private sealed class StopItem(Poller poller) : WorkItem
    {
        public override void Execute() => poller.IsStopping = true;
    }
}
