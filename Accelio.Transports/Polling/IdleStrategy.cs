namespace Accelio.Transports.Polling;

/// <summary>
/// Decides whether a poller without work looks again at once (spins) or blocks. Spinning saves the wake-up, which costs more than a whole
/// small round trip; it is wrong where it takes the processor from whoever would produce the work. So a limited budget is not spent
/// <list type="bullet">
/// <item>when the busiest socket's peer runs on this very processor,</item>
/// <item>when looking again takes long, time after time: other threads want the processor,</item>
/// <item>when more pollers of this process spin already than there are processors.</item>
/// </list>
/// These questions are asked once per idle period. Without limit, the user has decided. Times are the machine's, whatever clock the poller
/// lives by. Poller thread only.
/// </summary>
internal sealed class IdleStrategy : IDisposable
{
    /// <summary>A look that comes this much after the last one: the processor was away. (Counting switches does not do: a yield counts as one even if it costs a microsecond.)</summary>
    private const long LossThreshold = TimeSpan.TicksPerMillisecond / 2;

    /// <summary>So many losses, each within this time of the one before, and the processor is shared with somebody.</summary>
    private const int MinLosses = 3;
    private const long LossInterval = 20 * TimeSpan.TicksPerMillisecond;
    private const long ContendedTime = 50 * TimeSpan.TicksPerMillisecond;
    private const long PeerCheckInterval = TimeSpan.TicksPerMillisecond;

    /// <summary>Looks in a row before the processor is offered to others: a yield takes as long as a look, and what comes meanwhile waits for its end.</summary>
    private const int LooksBeforeYield = 6;

    private static int _spinningPollers;

    private readonly long _budget;
    private readonly bool _isUnlimited;
    private readonly Reactor? _sockets;

    private long _idleSince;
    private bool _isIdle;
    private bool _maySpin;
    private bool _isCounted;
    private long _contendedUntil = long.MinValue;
    private long _lastLook;
    private long _lastLoss = long.MinValue / 2;
    private int _losses;
    private long _lastPeerCheck = long.MinValue / 2;
    private bool _sharesWithPeer;
    private int _looks;

    /// <summary>Creates a strategy with a budget: 0 never spins, <see cref="Timeout.InfiniteTimeSpan"/> always.</summary>
    public IdleStrategy(TimeSpan spinTime, Reactor? sockets)
    {
        _isUnlimited = spinTime == Timeout.InfiniteTimeSpan;
        _budget = Math.Max(0, spinTime.Ticks);
        _sockets = sockets;
    }

    /// <summary>Pollers of this process that are spinning, or would if they had nothing to do.</summary>
    internal static int SpinningPollers => Volatile.Read(ref _spinningPollers);

    /// <summary>There was work: the next idle period begins anew.</summary>
    public void OnWork()
    {
        _isIdle = false;
        _looks = 0;
    }

    /// <summary>A look found nothing, and another one follows: says whether others go first.</summary>
    public bool TakeTurn() => ++_looks > LooksBeforeYield;

    /// <summary>Whether to look again at once. To be asked after every cycle without work.</summary>
    public bool ShouldSpin(long machineNow)
    {
        if (_isUnlimited)
        {
            Count();
            return true;
        }

        if (_budget == 0)
        {
            return false;
        }

        if (!_isIdle)
        {
            _isIdle = true;
            _idleSince = machineNow;
            _lastLook = machineNow;
            _maySpin = machineNow >= _contendedUntil && !SharesWithPeer(machineNow) && Count();
        }
        else if (_maySpin)
        {
            NoticeLoss(machineNow);
        }

        return _maySpin && machineNow - _idleSince < _budget;
    }

    /// <summary>The poller blocks. The idle period goes on: waking up for nothing is no reason to spin.</summary>
    public void OnBlock()
    {
        if (_isCounted)
        {
            _isCounted = false;
            Interlocked.Decrement(ref _spinningPollers);
        }
    }

    /// <summary>The poller stops.</summary>
    public void Dispose() => OnBlock();

    private bool Count()
    {
        if (!_isCounted)
        {
            _isCounted = true;
            if (Interlocked.Increment(ref _spinningPollers) > Environment.ProcessorCount && !_isUnlimited)
            {
                OnBlock();
            }
        }

        return _isCounted;
    }

    /// <summary>Time that passes between two looks while spinning belongs to others: a yield that costs much shows that they need the processor.</summary>
    private void NoticeLoss(long now)
    {
        if (now - _lastLook >= LossThreshold)
        {
            _losses = now - _lastLoss < LossInterval ? _losses + 1 : 1;
            _lastLoss = now;
            if (_losses >= MinLosses)
            {
                _losses = 0;
                _contendedUntil = now + ContendedTime;
                _maySpin = false;
            }
        }

        _lastLook = now;
    }

    private bool SharesWithPeer(long now)
    {
        if (_sockets is not null && now - _lastPeerCheck >= PeerCheckInterval)
        {
            _lastPeerCheck = now;
            _sharesWithPeer = _sockets.SharesProcessorWithPeer();
        }

        return _sharesWithPeer;
    }
}
