using Accelio.Reactive.Engine;

namespace Accelio.Reactive.Tests.Engine;

/// <summary>Writes down what the peer made of messages that were given up.</summary>
internal sealed class RecordedOutcomes : IAbortListener
{
    public List<(long Id, AbortOutcome Outcome)> Seen { get; } = [];

    public void OnOutcome(MessageId id, AbortOutcome outcome) => Seen.Add((id.Value, outcome));
}
