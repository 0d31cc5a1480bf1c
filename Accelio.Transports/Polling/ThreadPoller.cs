namespace Accelio.Transports.Polling;

/// <summary>
/// A poller with a thread of its own. Without work it spins for <see cref="PollerOptions.SpinTime"/> and then blocks until a
/// socket has an event, a timer is due or something is posted; an idle poller uses no processor time. <see cref="Start"/> and
/// <see cref="StopAsync"/> are for any thread.
/// </summary>
internal sealed class ThreadPoller : Poller, IAsyncDisposable
{
    private readonly Reactor _reactor;
    private readonly IdleStrategy _idle;
    private readonly StopItem _stopItem;
    private readonly Thread _thread;
    private readonly TaskCompletionSource _stopped = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly bool _livesByMachineTime;
    private int _started;
    private int _stopRequested;
    private bool _isStopping;

    /// <summary>
    /// Creates the poller; it begins to work with <see cref="Start"/>. Throws <see cref="IOException"/> when the process has no descriptors
    /// left.
    /// </summary>
    public ThreadPoller(PollerOptions? options = null)
        : base(options ?? new PollerOptions(), hasSockets: true, isDrivenByHost: false)
    {
        _reactor = Sockets!;
        _idle = new IdleStrategy(Options.SpinTime, _reactor);
        _livesByMachineTime = ReferenceEquals(Options.TimeProvider, TimeProvider.System);
        _stopItem = new StopItem(this);
        _thread = new Thread(Run) { IsBackground = true, Name = Options.Name };
    }

    /// <summary>How often the thread has blocked.</summary>
    public long Sleeps { get; private set; }

    /// <summary>Starts the thread, once. What was posted before is executed first.</summary>
    public void Start()
    {
        if (Interlocked.Exchange(ref _started, 1) == 0)
        {
            _thread.UnsafeStart();
        }
    }

    /// <summary>
    /// Asks the poller to stop: what has been posted is executed, the <see cref="Poller.OnStopping"/> callbacks run, then posting is
    /// refused and the thread ends. The task completes then; a poller that stops itself must not wait for it. Idempotent.
    /// </summary>
    public Task StopAsync()
    {
        if (Interlocked.Exchange(ref _stopRequested, 1) == 0)
        {
            Start();
            Post(_stopItem);
        }

#pragma warning disable VSTHRD003 // the thread that completes the task takes no locks and waits for nobody
        return _stopped.Task;
#pragma warning restore VSTHRD003
    }

    /// <summary>The same as <see cref="StopAsync"/>.</summary>
    public ValueTask DisposeAsync() => new(StopAsync());

    /// <inheritdoc/>
    protected override void Wake() => _reactor.Wake();

    private void Run()
    {
        var previous = Enter();
        Pin();
        while (!_isStopping)
        {
            if (RunDutyCycle() > 0)
            {
                _idle.OnWork();
            }
            else if (HasPendingWork || _idle.ShouldSpin(_livesByMachineTime ? Now : PollerClock.Machine.Read()))
            {
                // Whoever shares this processor, perhaps the very peer that is waited for, goes first.
                _reactor.Yield();
            }
            else
            {
                Block();
            }
        }

        Shutdown();
        Exit(previous);
        _idle.Dispose();
        _stopped.SetResult();
    }

    private void Block()
    {
        _idle.OnBlock();
        _reactor.PrepareToSleep();
        if (TryPrepareToSleep())
        {
            Sleeps++;
            _reactor.Wait(Timers.MillisecondsUntilDue(Now));
            FinishSleep();
        }
    }

    private void Pin()
    {
        if (Options.Cpu is { } cpu && _reactor.Pin(cpu) is { } reason)
        {
            ReportUnhandled(new InvalidOperationException($"the poller '{Options.Name}' cannot be bound to processor {cpu}: {reason}"));
        }
    }

    private sealed class StopItem(ThreadPoller poller) : WorkItem
    {
        public override void Execute() => poller._isStopping = true;
    }
}
