namespace Accelio.Reactive;

/// <summary>
/// A call into virtual time came from another thread while the scheduler ran an action: when it would have taken effect depends on chance, and
/// the test with it. What usually brings code there: <c>Task.Run</c>, <c>ConfigureAwait(false)</c> on a task that is not the library's,
/// <c>Task.Delay</c> without the context's <see cref="AccelioContext.TimeProvider"/>.
/// </summary>
public sealed class NonDeterministicCallException : InvalidOperationException
{
    /// <summary>Creates an exception without details.</summary>
    public NonDeterministicCallException()
    {
    }

    /// <summary>Creates an exception with a message.</summary>
    public NonDeterministicCallException(string message)
        : base(message)
    {
    }

    /// <summary>Creates an exception with a message and its cause.</summary>
    public NonDeterministicCallException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }
}
