namespace Accelio.Reactive;

/// <summary>Our own time ran out: for connecting, for an answer, or for closing.</summary>
public sealed class AccelioTimeoutException : AccelioException
{
    /// <summary>Creates an exception without details.</summary>
    public AccelioTimeoutException()
    {
    }

    /// <summary>Creates an exception with a message.</summary>
    public AccelioTimeoutException(string message)
        : base(message)
    {
    }

    /// <summary>Creates an exception with a message and its cause.</summary>
    public AccelioTimeoutException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }

    /// <summary>Creates an exception with a status; see <see cref="AccelioException"/>.</summary>
    public AccelioTimeoutException(string message, AccelioStatus status, bool mayHaveExecuted = false, Exception? innerException = null)
        : base(message, status, mayHaveExecuted, innerException)
    {
    }
}
