namespace Accelio.Reactive;

/// <summary>The peer answered the request with a status instead of a response: its handler failed, did not answer, or said so by <c>FailAsync</c>.</summary>
public sealed class RequestFailedException : AccelioException
{
    /// <summary>Creates an exception without details.</summary>
    public RequestFailedException()
    {
    }

    /// <summary>Creates an exception with a message.</summary>
    public RequestFailedException(string message)
        : base(message)
    {
    }

    /// <summary>Creates an exception with a message and its cause.</summary>
    public RequestFailedException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }

    /// <summary>Creates an exception with a status; see <see cref="AccelioException"/>.</summary>
    public RequestFailedException(string message, AccelioStatus status, bool mayHaveExecuted = false, Exception? innerException = null)
        : base(message, status, mayHaveExecuted, innerException)
    {
    }
}
