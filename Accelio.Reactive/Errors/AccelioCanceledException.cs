namespace Accelio.Reactive;

/// <summary>The caller's own token fired, or he aborted the message; then there is no token. Time-outs of the library are <see cref="AccelioTimeoutException"/> instead.</summary>
public sealed class AccelioCanceledException : OperationCanceledException
{
    /// <summary>Creates an exception without details.</summary>
    public AccelioCanceledException()
    {
    }

    /// <summary>Creates an exception with a message.</summary>
    public AccelioCanceledException(string message)
        : base(message)
    {
    }

    /// <summary>Creates an exception with a message and its cause.</summary>
    public AccelioCanceledException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }

    /// <summary>Creates an exception with the outcome for the message.</summary>
    public AccelioCanceledException(string message, AbortOutcome outcome, CancellationToken cancellationToken)
        : base(message, cancellationToken) => Outcome = outcome;

    /// <summary>What became of the message.</summary>
    public AbortOutcome Outcome { get; }

    /// <summary>What the connection was doing when the exception was made; null where no connection is concerned.</summary>
    public AccelioConnectionSnapshot? Snapshot { get; init; }

    /// <summary>Whether the peer may have executed the message.</summary>
    public bool MayHaveExecuted => Outcome is not (AbortOutcome.NotSent or AbortOutcome.DroppedByPeer);
}
