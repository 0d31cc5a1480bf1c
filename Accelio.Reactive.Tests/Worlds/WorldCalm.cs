namespace Accelio.Reactive.Tests.Worlds;

/// <summary>When nothing goes wrong in a random world: what follows from something else must follow at once then, and nothing may be lost.</summary>
/// <param name="isEver">False where the ways are so narrow that nothing comes at once.</param>
internal sealed class WorldCalm(bool isEver)
{
    /// <summary>Far more than latencies, jitter and late contexts take together, and far less than limits, in ticks.</summary>
    public const long AtOnce = TimeSpan.TicksPerSecond;

    // Longer than the signs of life need to find out what nobody was told.
    private static readonly TimeSpan Detection = TimeSpan.FromSeconds(15);

    // What lasts no longer is not noticed by itself. A host that stood still so long looks for what it was not told of from then on.
    private static readonly TimeSpan Brief = TimeSpan.FromSeconds(5);

    private readonly List<(long From, long To)> _storms = [];

    /// <summary>False where the ways are so narrow that nothing comes at once.</summary>
    public bool IsEver => isEver;

    /// <summary>Something goes wrong.</summary>
    /// <param name="step">What.</param>
    /// <param name="at">When, in ticks.</param>
    public void Disturb(WorldStep step, long at)
    {
        var time = step.Kind switch
        {
            StepKind.Cut => TimeSpan.Zero,
            StepKind.CutOneEnd or StepKind.Silence => Brief + Detection,
            StepKind.Crash or StepKind.PowerOff => step.Time + Brief + Detection,
            _ => step.Time + (step.Time > Brief ? Detection : TimeSpan.Zero),
        };
        _storms.Add((at, at + time.Ticks + AtOnce));
        _storms.Sort();
    }

    /// <summary>Whether nothing goes wrong between two moments, nor goes on to show.</summary>
    public bool IsBetween(long from, long to) => _storms.TrueForAll(storm => storm.To < from || storm.From > to);

    /// <summary>The first moment from then on from which nothing goes wrong as long as <see cref="AtOnce"/> takes; <see cref="long.MaxValue"/> where that is never.</summary>
    public long After(long time)
    {
        if (!isEver || time == long.MaxValue)
        {
            return long.MaxValue;
        }

        foreach (var storm in _storms)
        {
            if (storm.To >= time && storm.From <= time + AtOnce)
            {
                time = storm.To + 1;
            }
        }

        return time;
    }
}
