using Accelio.Reactive.Engine;

namespace Accelio.Reactive;

/// <summary>Turns failures of the engine into the exceptions of the surface.</summary>
internal static class FailureExceptions
{
    /// <summary>The exception for a failure.</summary>
    public static Exception Create(in Failure failure, CancellationToken token = default) => failure.Kind switch
    {
        FailureKind.TimedOut => new AccelioTimeoutException(failure.Detail, AccelioStatus.Timeout, failure.MayHaveExecuted),
        FailureKind.Canceled => new AccelioCanceledException(failure.Detail, failure.Outcome, token),
        FailureKind.Aborted => new AccelioCanceledException(failure.Detail, failure.Outcome, CancellationToken.None),
        FailureKind.PeerStatus => new RequestFailedException(
            $"The peer answered with {failure.Status}: {failure.Detail}",
            failure.Status,
            failure.MayHaveExecuted),
        FailureKind.ProtocolViolation => new ProtocolViolationException(failure.Detail, failure.Status, failure.MayHaveExecuted),
        FailureKind.TooLarge => new AccelioException(failure.Detail, failure.Status, failure.MayHaveExecuted),
        FailureKind.Rejected => new SessionRejectedException(failure.Detail, failure.Status, default),
        FailureKind.ConnectFailed => new AccelioException(failure.Detail, failure.Status),
        FailureKind.MemoryGone => failure.Cause ?? new AccelioException(failure.Detail, failure.Status, failure.MayHaveExecuted),
        _ => new ConnectionLostException(failure.Detail, failure.Status, failure.MayHaveExecuted),
    };

    /// <summary>The exception that streams of a session fail with, or null when it closed in good order.</summary>
    public static Exception? Create(in CloseInfo info) => info.IsOrderly ? null
        : info.Reason == CloseReason.Rejected ? new SessionRejectedException(info.Detail, info.Status, info.PrivateData)
        : Create(info.ToFailure());
}
