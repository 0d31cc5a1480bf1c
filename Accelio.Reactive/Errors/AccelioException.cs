namespace Accelio.Reactive;

/// <summary>Base of what goes wrong between two programs; the message says what happened, why, and what to do.</summary>
public class AccelioException : IOException
{
    /// <summary>Creates an exception without details.</summary>
    public AccelioException()
    {
    }

    /// <summary>Creates an exception with a message.</summary>
    public AccelioException(string message)
        : base(message)
    {
    }

    /// <summary>Creates an exception with a message and its cause.</summary>
    public AccelioException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }

    /// <summary>Creates an exception with a status.</summary>
    /// <param name="message">What happened, why, and what to do.</param>
    /// <param name="status">The status code nearest to it.</param>
    /// <param name="mayHaveExecuted">Whether the peer may have received and executed the message this is about.</param>
    /// <param name="innerException">The cause, if there is one.</param>
    public AccelioException(string message, AccelioStatus status, bool mayHaveExecuted = false, Exception? innerException = null)
        : base(message, innerException)
    {
        Status = status;
        MayHaveExecuted = mayHaveExecuted;
    }

    /// <summary>The status code nearest to what happened.</summary>
    public AccelioStatus Status { get; } = AccelioStatus.Unsuccessful;

    /// <summary>For a request or one-way message: whether the peer may have executed it. False means it surely did not.</summary>
    public bool MayHaveExecuted { get; }

    /// <summary>What the connection was doing when the exception was made: how full its windows and queues were, how long the peer had been silent. Null where no connection is concerned.</summary>
    public AccelioConnectionSnapshot? Snapshot { get; init; }
}
