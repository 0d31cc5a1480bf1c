using Accelio.Reactive.Engine;

namespace Accelio.Reactive;

/// <summary>Turns failures of the engine into the exceptions of the surface.</summary>
internal static class FailureExceptions
{
    /// <summary>The exception for a failure, with what the connection is doing, where one is concerned.</summary>
    public static Exception Create(in Failure failure, ConnectionMachine? connection, CancellationToken token = default)
    {
        var snapshot = connection?.GetSnapshot();
        return failure.Kind switch
        {
            FailureKind.TimedOut => new AccelioTimeoutException(failure.Detail, AccelioStatus.Timeout, failure.MayHaveExecuted) { Snapshot = snapshot },
            FailureKind.Canceled => new AccelioCanceledException(failure.Detail, failure.Outcome, token) { Snapshot = snapshot },
            FailureKind.Aborted => new AccelioCanceledException(failure.Detail, failure.Outcome, CancellationToken.None) { Snapshot = snapshot },
            FailureKind.PeerStatus =>
                new RequestFailedException($"The peer answered with {failure.Status}: {failure.Detail}", failure.Status, failure.MayHaveExecuted) { Snapshot = snapshot },
            FailureKind.ProtocolViolation => new ProtocolViolationException(failure.Detail, failure.Status, failure.MayHaveExecuted) { Snapshot = snapshot },
            FailureKind.TooLarge => new AccelioException(failure.Detail, failure.Status, failure.MayHaveExecuted) { Snapshot = snapshot },
            FailureKind.Rejected => new SessionRejectedException(failure.Detail, failure.Status, default) { Snapshot = snapshot },
            FailureKind.ConnectFailed => new AccelioException(failure.Detail, failure.Status) { Snapshot = snapshot },
            FailureKind.MemoryGone => failure.Cause ?? new AccelioException(failure.Detail, failure.Status, failure.MayHaveExecuted) { Snapshot = snapshot },
            _ => new ConnectionLostException(failure.Detail, failure.Status, failure.MayHaveExecuted) { Snapshot = snapshot },
        };
    }

    /// <summary>The exception that streams of a session fail with, or null when it closed in good order.</summary>
    public static Exception? Create(in CloseInfo info, ConnectionMachine? connection) => info.IsOrderly ? null
        : info.Reason == CloseReason.Rejected ? new SessionRejectedException(info.Detail, info.Status, info.PrivateData) { Snapshot = connection?.GetSnapshot() }
        : Create(info.ToFailure(), connection);
}
