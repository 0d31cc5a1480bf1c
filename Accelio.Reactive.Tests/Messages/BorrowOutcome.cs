namespace Accelio.Reactive.Tests.Messages;

/// <summary>How a call may end that borrows memory.</summary>
public enum BorrowOutcome
{
    Tried,
    Cold,
    Sent,
    Delivered,
    Answered,
    AnsweredIntoBuffer,
    FailedByPeer,
    AnswerTooLarge,
    Canceled,
    Aborted,
    TimedOut,
    RefusedTooLong,
    RefusedHeaderTooLong,
    RefusedSessionOver,
    PeerDisposed,
    SelfDisposed,
    LinkLostThere,
    LinkLostHere,
}
