using System.Diagnostics.Metrics;

namespace Accelio.Reactive;

/// <summary>The counters of the library, under the meter <c>Accelio.Reactive</c>.</summary>
internal static class AccelioMeter
{
    private static readonly Meter Meter = new("Accelio.Reactive");

    /// <summary>What user code threw where nobody waits for it, by context.</summary>
    public static readonly Counter<long> UnhandledExceptions = Meter.CreateCounter<long>(
        "accelio.unhandled_exceptions",
        unit: "{exception}",
        description: "Exceptions of observers and scheduled actions that nobody waits for.");
}
