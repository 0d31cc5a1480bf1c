using System.Reactive.Concurrency;

namespace Accelio.Reactive;

/// <summary>Measures by a <see cref="TimeProvider"/>.</summary>
internal sealed class TimeProviderStopwatch(TimeProvider time) : IStopwatch
{
    private readonly long _start = time.GetTimestamp();

    /// <inheritdoc/>
    public TimeSpan Elapsed => time.GetElapsedTime(_start);
}
