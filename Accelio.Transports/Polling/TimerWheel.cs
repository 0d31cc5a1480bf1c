namespace Accelio.Transports.Polling;

internal sealed class TimerWheel
{
    public void Schedule(WheelTimer timer, long dueTime) => throw null!;

    public void Cancel(WheelTimer timer) => throw null!;

    public int Advance(long now) => throw null!;

    public long NextDueTime => throw null!;
}
