namespace Accelio.Reactive.Tests.Polling;

/// <summary>A time provider whose monotonic clock, in ticks of 100 ns, stands still until a test moves it.</summary>
internal sealed class HandClock : TimeProvider
{
    public long Ticks { get; set; }

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => Ticks;
}
