namespace Accelio.Reactive;

/// <summary>
/// A body could not be read as the type that was expected; the message names the type and the session, the inner exception is the
/// serializer's. Thrown by the calls of <see cref="TypedMessages"/>; the peer has done its part, so <see cref="AccelioException.MayHaveExecuted"/> is true.
/// </summary>
public sealed class SerializationFailedException : AccelioException
{
    /// <summary>Creates an exception without details.</summary>
    public SerializationFailedException()
    {
    }

    /// <summary>Creates an exception with a message.</summary>
    public SerializationFailedException(string message)
        : base(message)
    {
    }

    /// <summary>Creates an exception with a message and its cause.</summary>
    public SerializationFailedException(string message, Exception? innerException)
        : base(message, AccelioStatus.MessageInvalid, true, innerException)
    {
    }

    /// <summary>Creates an exception for a body that is no value of a type.</summary>
    /// <param name="message">What happened.</param>
    /// <param name="valueType">The type that was expected.</param>
    /// <param name="sessionUri">The URI of the session it came on.</param>
    /// <param name="innerException">What the serializer threw.</param>
    public SerializationFailedException(string message, Type valueType, string? sessionUri, Exception? innerException)
        : this(message, innerException)
    {
        ValueType = valueType;
        SessionUri = sessionUri;
    }

    /// <summary>The type that was expected.</summary>
    public Type? ValueType { get; }

    /// <summary>The URI of the session that the body came on.</summary>
    public string? SessionUri { get; }
}
