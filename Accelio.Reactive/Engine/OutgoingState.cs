namespace Accelio.Reactive.Engine;

/// <summary>Where an outgoing message is.</summary>
internal enum OutgoingState
{
    /// <summary>Not handed to a connection.</summary>
    Idle = 0,

    /// <summary>Waiting for its turn: window, credits, congestion.</summary>
    Queued,

    /// <summary>Handed to the link.</summary>
    Sent,

    /// <summary>Its outcome is known; perhaps the link still refers to its memory.</summary>
    Ended,

    /// <summary>Its outcome was reported.</summary>
    Done,
}
