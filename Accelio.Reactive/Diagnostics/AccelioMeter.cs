using System.Diagnostics.Metrics;

namespace Accelio.Reactive;

/// <summary>The counters of the library, under the meter <c>Accelio.Reactive</c>: those of the process, or those of a factory.</summary>
internal sealed class AccelioMeter
{
    private const string Name = "Accelio.Reactive";
    private static readonly AccelioMeter OfProcess = new(new Meter(Name));

    private AccelioMeter(Meter meter)
    {
        UnhandledExceptions = meter.CreateCounter<long>(
            "accelio.unhandled_exceptions",
            unit: "{exception}",
            description: "Exceptions of observers and scheduled actions that nobody waits for.");
        RefusedHandOvers = meter.CreateCounter<long>(
            "accelio.refused_hand_overs",
            unit: "{session}",
            description: "Sessions that another server, or somebody who said so, wanted to hand over and that were refused.");
        RefusedResumes = meter.CreateCounter<long>(
            "accelio.refused_resumes",
            unit: "{attempt}",
            description: "Attempts to go on with a connection that showed a wrong token or came too late.");
    }

    /// <summary>What user code threw where nobody waits for it, by context.</summary>
    public Counter<long> UnhandledExceptions { get; }

    /// <summary>Sessions that were to be handed over and were refused, by context and status.</summary>
    public Counter<long> RefusedHandOvers { get; }

    /// <summary>Who came for a connection and was refused because of what he showed, by context and status.</summary>
    public Counter<long> RefusedResumes { get; }

    /// <summary>The counters for a context; a factory owns what it makes and makes one meter of a name.</summary>
    public static AccelioMeter Of(IMeterFactory? factory) => factory is null ? OfProcess : new AccelioMeter(factory.Create(Name));
}
