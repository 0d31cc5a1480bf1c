using Accelio.Transports.Polling;

namespace Accelio.Reactive.Tests.Polling;

/// <summary>A timer made of a delegate, for tests.</summary>
internal sealed class ActionTimer(Action<long> action) : WheelTimer
{
    public override void OnTimer(long now) => action(now);
}
