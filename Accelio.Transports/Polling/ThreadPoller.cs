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
    private readonly Thread _thread;
    private readonly bool _livesByMachineTime;
    private int _started;

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

    /// <inheritdoc/>
    public override Task StopAsync()
    {
        Start();
        return base.StopAsync();
    }

    /// <summary>The same as <see cref="StopAsync"/>.</summary>
    public ValueTask DisposeAsync() => new(StopAsync());

    /// <inheritdoc/>
    protected override void Wake() => _reactor.Wake();

    private unsafe void Run()
    {
        byte local;
        OwnThread(&local);
        var previous = Enter();
        Pin();
        while (!IsStopping)
        {
            if (RunDutyCycle() > 0)
            {
                _idle.OnWork();
            }
            else if (HasPendingWork || _idle.ShouldSpin(_livesByMachineTime ? Now : PollerClock.Machine.Read()))
            {
                if (_idle.TakeTurn())
                {
                    // Whoever shares this processor, perhaps the very peer that is waited for, goes first.
                    _reactor.Yield();
                }
            }
            else
            {
                Block();
            }
        }

        Shutdown();
        Exit(previous);
        _idle.Dispose();
        ReportStopped();
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
}
