namespace Accelio.Reactive;

/// <summary>The server rejected the session.</summary>
public sealed class SessionRejectedException : AccelioException
{
    /// <summary>Creates an exception without details.</summary>
    public SessionRejectedException()
    {
    }

    /// <summary>Creates an exception with a message.</summary>
    public SessionRejectedException(string message)
        : base(message)
    {
    }

    /// <summary>Creates an exception with a message and its cause.</summary>
    public SessionRejectedException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }

    /// <summary>Creates an exception with what the server gave as its reason.</summary>
    /// <param name="message">What happened.</param>
    /// <param name="status">The server's reason.</param>
    /// <param name="privateData">What the server sent along; copied by the caller.</param>
    public SessionRejectedException(string message, AccelioStatus status, ReadOnlyMemory<byte> privateData)
        : base(message, status) => PrivateData = privateData;

    /// <summary>What the server's application sent along with the reject; empty if nothing.</summary>
    public ReadOnlyMemory<byte> PrivateData { get; }
}
