namespace Accelio.Transports.Polling;

/// <summary>
/// Reads a <see cref="TimeProvider"/>'s monotonic time in ticks of 100 ns. The origin is the provider's: times of pollers with the same
/// provider can be compared.
/// </summary>
internal readonly struct PollerClock
{
    /// <summary>The machine's clock, for what concerns the machine and not the poller's inhabitants: how long to spin.</summary>
    public static readonly PollerClock Machine = new(TimeProvider.System);

    private readonly TimeProvider _provider;
    private readonly long _frequency;
    private readonly long _timestampsPerTick;

    /// <summary>Prepares to read a provider.</summary>
    public PollerClock(TimeProvider provider)
    {
        _provider = provider;
        _frequency = provider.TimestampFrequency;
        _timestampsPerTick = _frequency % TimeSpan.TicksPerSecond == 0 ? _frequency / TimeSpan.TicksPerSecond : 0;
    }

    /// <summary>The time now.</summary>
    public long Read()
    {
        var timestamp = _provider.GetTimestamp();
        return _timestampsPerTick switch
        {
            100 => timestamp / 100, // Linux; a constant, so that it becomes a multiplication
            1 => timestamp,
            0 => (long)((Int128)timestamp * TimeSpan.TicksPerSecond / _frequency),
            var divisor => timestamp / divisor,
        };
    }
}
