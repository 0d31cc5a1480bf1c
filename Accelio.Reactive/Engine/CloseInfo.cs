namespace Accelio.Reactive.Engine;

/// <summary>How a connection ended.</summary>
/// <param name="Reason">Why.</param>
/// <param name="Status">The status nearest to it.</param>
/// <param name="Detail">For a person; empty for an orderly close.</param>
/// <param name="PrivateData">What a rejecting server sent along.</param>
internal readonly record struct CloseInfo(CloseReason Reason, AccelioStatus Status, string Detail, ReadOnlyMemory<byte> PrivateData = default)
{
    /// <summary>Whether both sides parted in good order.</summary>
    public bool IsOrderly => Reason is CloseReason.ClosedLocally or CloseReason.ClosedByPeer;

    /// <summary>The failure that operations of the connection end with.</summary>
    public Failure ToFailure() => Reason switch
    {
        CloseReason.ClosedLocally or CloseReason.ClosedByPeer => new Failure(FailureKind.SessionClosed, AccelioStatus.MessageFlushed, Detail.Length != 0 ? Detail
            : Reason == CloseReason.ClosedLocally ? "The session was closed here before the message got its answer." : "The peer closed the session before the message got its answer."),
        CloseReason.Rejected => new Failure(FailureKind.Rejected, Status, Detail),
        CloseReason.ProtocolViolation => new Failure(FailureKind.ProtocolViolation, Status, Detail),
        CloseReason.TimedOut => new Failure(FailureKind.TimedOut, Status, Detail),
        CloseReason.ConnectFailed => new Failure(FailureKind.ConnectFailed, Status, Detail),
        _ => new Failure(FailureKind.ConnectionLost, Status, Detail),
    };
}
