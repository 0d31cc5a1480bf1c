namespace Accelio.Reactive.Tests.Worlds;

/// <summary>When nothing goes wrong in a random world: what follows from something else must follow at once then.</summary>
/// <param name="isEver">False where the ways are so narrow that nothing comes at once.</param>
internal sealed class WorldCalm(bool isEver)
{
    /// <summary>Far more than latencies, jitter and late contexts take together, and far less than limits, in ticks.</summary>
    public const long AtOnce = TimeSpan.TicksPerSecond;

    // Longer than the signs of life need to find out what nobody was told.
    private static readonly TimeSpan Detection = TimeSpan.FromSeconds(15);

    private readonly List<(long From, long To)> _storms = [];

    /// <summary>Something goes wrong.</summary>
    /// <param name="step">What.</param>
    /// <param name="at">When, in ticks.</param>
    public void Disturb(WorldStep step, long at)
    {
        var time = step.Kind switch
        {
            StepKind.Cut => TimeSpan.Zero,
            StepKind.CutOneEnd or StepKind.Silence => Detection,
            StepKind.Crash or StepKind.PowerOff => step.Time + Detection,
            _ => step.Time + (step.Time > Detection / 3 ? Detection : TimeSpan.Zero),
        };
        _storms.Add((at, at + time.Ticks + AtOnce));
    }

    /// <summary>Whether from then on nothing goes wrong as long as <see cref="AtOnce"/> takes.</summary>
    public bool IsAt(long time) => isEver && _storms.TrueForAll(storm => storm.To < time || storm.From > time + AtOnce);
}
