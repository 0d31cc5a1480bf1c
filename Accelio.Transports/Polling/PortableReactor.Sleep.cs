using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Accelio.Transports.Polling;

/// <content>Sleeping on an event of the runtime: what wakes the poller is that something is posted, be it a completion.</content>
internal sealed partial class PortableReactor
{
    // Longer waits are begun anew; timers of the runtime end at 49 days.
    private const int LongestAlarm = 24 * 60 * 60 * 1000;

    private readonly ManualResetEventSlim _event = new(initialState: false, spinCount: 0);
    private readonly ITimer? _alarm;
    private SafeWaitHandle? _handle;
    private long _alarmTime = long.MaxValue;
    private volatile bool _isSignalled;
    private volatile bool _alarmWentOff;

    /// <summary>
    /// A wait handle of the runtime, no descriptor. It does not own what it shows: a host that disposes of it, as every
    /// <see cref="EventWaitHandle"/> does that it is put into, takes nothing away from the poller.
    /// </summary>
    public override SafeHandle Handle
    {
        get
        {
            if (_handle is null)
            {
                var handle = new SafeWaitHandle(_event.WaitHandle.SafeWaitHandle.DangerousGetHandle(), ownsHandle: false);
                Interlocked.CompareExchange(ref _handle, handle, null);
            }

            return _handle;
        }
    }

    /// <inheritdoc/>
    public override void PrepareToSleep()
    {
        (_turn, _listed) = (_listed, _turn);
        foreach (var watch in _turn)
        {
            watch.IsListed = false;
            if (watch.IsReady || watch.IsWritable)
            {
                List(watch);
            }
            else if (watch.WantRead && !watch.BeginInput())
            {
                MarkReady(watch);
            }
        }

        _turn.Clear();
    }

    /// <inheritdoc/>
    public override void Wait(int milliseconds)
    {
        _event.Wait(milliseconds);
        AcknowledgeWake();
    }

    /// <inheritdoc/>
    public override void Wake()
    {
        // In this order: whoever acknowledges between the two leaves a signal too much, never one too few.
        _event.Set();
        _isSignalled = true;
    }

    /// <inheritdoc/>
    public override void Yield() => Thread.Yield();

    /// <inheritdoc/>
    public override void SetAlarm(long due, long now)
    {
        if (due == _alarmTime && !_alarmWentOff)
        {
            return;
        }

        _alarmTime = due;
        _alarmWentOff = false;
        var milliseconds = due == long.MaxValue
            ? Timeout.Infinite
            : Math.Min(TimerWheel.ToMilliseconds(due - now), LongestAlarm);
        _alarm!.Change(TimeSpan.FromMilliseconds(milliseconds), Timeout.InfiniteTimeSpan);
    }

    /// <inheritdoc/>
    public override string? Pin(int cpu) => "the portable engine leaves the placement of threads to the system";

    /// <inheritdoc/>
    public override bool SharesProcessorWithPeer() => false;

    /// <inheritdoc/>
    public override void Dispose()
    {
        _alarm?.Dispose();
        _handle?.Dispose();
        _event.Dispose();
        foreach (var operation in _operations)
        {
            operation.Dispose();
        }

        foreach (var operation in _sends)
        {
            operation.Dispose();
        }

        _operations.Clear();
        _sends.Clear();
    }

    private void AcknowledgeWake()
    {
        if (_isSignalled)
        {
            _isSignalled = false;
            _event.Reset();
        }
    }

    private ITimer CreateAlarm() => Poller.Options.TimeProvider.CreateTimer(
        static state =>
        {
            var reactor = (PortableReactor)state!;
            reactor._alarmWentOff = true;
            reactor.Wake();
        },
        this,
        Timeout.InfiniteTimeSpan,
        Timeout.InfiniteTimeSpan);
}
