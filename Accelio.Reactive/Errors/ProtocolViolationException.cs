namespace Accelio.Reactive;

/// <summary>The peer broke the protocol; the link to it was closed. The message names the error and the field.</summary>
public sealed class ProtocolViolationException : AccelioException
{
    /// <summary>Creates an exception without details.</summary>
    public ProtocolViolationException()
    {
    }

    /// <summary>Creates an exception with a message.</summary>
    public ProtocolViolationException(string message)
        : base(message)
    {
    }

    /// <summary>Creates an exception with a message and its cause.</summary>
    public ProtocolViolationException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }

    /// <summary>Creates an exception with a status; see <see cref="AccelioException"/>.</summary>
    public ProtocolViolationException(string message, AccelioStatus status, bool mayHaveExecuted = false, Exception? innerException = null)
        : base(message, status, mayHaveExecuted, innerException)
    {
    }
}
