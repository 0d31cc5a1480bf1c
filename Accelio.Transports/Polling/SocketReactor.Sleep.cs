using Accelio.Native.Linux;

namespace Accelio.Transports.Polling;

/// <content>What ends a sleep besides sockets: posts and, where a host waits for the descriptor, timers.</content>
internal sealed partial class SocketReactor
{
    private readonly EventCounter _wake;
    private readonly AlarmClock? _alarm;
    private readonly AlarmHandler? _alarmHandler;
    private long _alarmTime = long.MaxValue;

    /// <inheritdoc/>
    public override void PrepareToSleep()
    {
        // Level triggered: the kernel knows what it is asked about.
    }

    /// <inheritdoc/>
    public override void Wake() => _wake.Signal();

    /// <inheritdoc/>
    public override void Yield() => Scheduling.Yield();

    /// <inheritdoc/>
    public override void SetAlarm(long due, long now)
    {
        if (due == _alarmTime && !_alarmHandler!.WentOff)
        {
            return;
        }

        _alarmTime = due;
        _alarmHandler!.WentOff = false;
        if (due == long.MaxValue)
        {
            _alarm!.Clear();
        }
        else
        {
            _alarm!.SetAfter(due - now);
        }
    }

    /// <inheritdoc/>
    public override string? Pin(int cpu)
    {
        var result = Scheduling.PinCurrentThread(cpu);
        return result < 0 ? Errno.Describe(result) : null;
    }
}
