namespace Accelio.Reactive.Engine;

/// <summary>Wants to know what the peer makes of messages that were given up. Poller only.</summary>
internal interface IAbortListener
{
    /// <summary>What became of a message; once for each that the peer was asked to stop.</summary>
    void OnOutcome(MessageId id, AbortOutcome outcome);
}
