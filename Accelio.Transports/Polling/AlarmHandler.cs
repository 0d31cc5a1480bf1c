using Accelio.Native.Linux;

namespace Accelio.Transports.Polling;

/// <summary>Takes note that the moment of the next timer has come; the cycle itself fires what is due.</summary>
internal sealed class AlarmHandler : SocketHandler
{
    private readonly AlarmClock _alarm;

    /// <summary>Watches <paramref name="alarm"/>.</summary>
    public AlarmHandler(AlarmClock alarm) => _alarm = alarm;

    /// <summary>Whether the alarm went off since it was last set.</summary>
    public bool WentOff { get; set; }

    /// <inheritdoc/>
    public override bool AllowsDirectPolling => false;

    /// <inheritdoc/>
    public override int OnReadable(long now)
    {
        WentOff = true;
        _alarm.Acknowledge();
        return 0;
    }

    /// <inheritdoc/>
    public override void OnWritable(long now)
    {
    }

    /// <inheritdoc/>
    public override void OnError(long now)
    {
    }
}
