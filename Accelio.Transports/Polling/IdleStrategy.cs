using Accelio.Native.Linux;

namespace Accelio.Transports.Polling;

/// <summary>
/// Decides whether a poller without work looks again at once (spins) or blocks. Spinning saves the wake-up, which costs more than a whole
/// small round trip; it is wrong where it takes the processor from whoever would produce the work. So a limited budget is not spent
/// <list type="bullet">
/// <item>when the busiest socket's peer runs on this very processor,</item>
/// <item>when the system takes the processor away from this thread often: other threads want it,</item>
/// <item>when more pollers of this process spin already than there are processors.</item>
/// </list>
/// These questions are asked once per idle period. Without limit, the user has decided. Times are the machine's, whatever clock the poller
/// lives by. Poller thread only.
/// </summary>
internal sealed class IdleStrategy : IDisposable
{
    /// <summary>A processor that is taken away at least this often is shared with somebody.</summary>
    private const long ContendedSwitchInterval = 5 * TimeSpan.TicksPerMillisecond;
    private const int MinContendedSwitches = 2;
    private const long UsageInterval = 10 * TimeSpan.TicksPerMillisecond;
    private const long ContendedTime = 50 * TimeSpan.TicksPerMillisecond;
    private const long PeerCheckInterval = 100 * TimeSpan.TicksPerMicrosecond;

    private static int _spinningPollers;

    private readonly long _budget;
    private readonly bool _isUnlimited;
    private readonly SocketReactor? _sockets;

    private long _idleSince;
    private bool _isIdle;
    private bool _maySpin;
    private bool _isCounted;
    private long _contendedUntil = long.MinValue;
    private long _lastUsage;
    private long _lastSwitches = -1;
    private long _lastPeerCheck = long.MinValue / 2;
    private bool _sharesWithPeer;

    /// <summary>Creates a strategy with a budget: 0 never spins, <see cref="Timeout.InfiniteTimeSpan"/> always.</summary>
    public IdleStrategy(TimeSpan spinTime, SocketReactor? sockets)
    {
        _isUnlimited = spinTime == Timeout.InfiniteTimeSpan;
        _budget = Math.Max(0, spinTime.Ticks);
        _sockets = sockets;
    }

    /// <summary>Pollers of this process that are spinning, or would if they had nothing to do.</summary>
    internal static int SpinningPollers => Volatile.Read(ref _spinningPollers);

    /// <summary>There was work: the next idle period begins anew.</summary>
    public void OnWork() => _isIdle = false;

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
            _maySpin = !IsContended(machineNow) && !SharesWithPeer(machineNow) && Count();
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

    private bool IsContended(long now)
    {
        var elapsed = now - _lastUsage;
        if ((_lastSwitches < 0 || elapsed >= UsageInterval) && Scheduling.GetThreadUsage(out var usage) >= 0)
        {
            var switches = usage.InvoluntarySwitches - _lastSwitches;
            if (_lastSwitches >= 0 && switches >= MinContendedSwitches && switches * ContendedSwitchInterval >= elapsed)
            {
                _contendedUntil = now + ContendedTime;
            }

            _lastSwitches = usage.InvoluntarySwitches;
            _lastUsage = now;
        }

        return now < _contendedUntil;
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
