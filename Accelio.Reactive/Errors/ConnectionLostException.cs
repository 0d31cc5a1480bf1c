namespace Accelio.Reactive;

/// <summary>The link to the peer is gone, or the session was closed, before the message got its answer.</summary>
public sealed class ConnectionLostException : AccelioException
{
    /// <summary>Creates an exception without details.</summary>
    public ConnectionLostException()
    {
    }

    /// <summary>Creates an exception with a message.</summary>
    public ConnectionLostException(string message)
        : base(message)
    {
    }

    /// <summary>Creates an exception with a message and its cause.</summary>
    public ConnectionLostException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }

    /// <summary>Creates an exception with a status; see <see cref="AccelioException"/>.</summary>
    public ConnectionLostException(string message, AccelioStatus status, bool mayHaveExecuted = false, Exception? innerException = null)
        : base(message, status, mayHaveExecuted, innerException)
    {
    }
}
