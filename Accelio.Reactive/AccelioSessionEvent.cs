namespace Accelio.Reactive;

/// <summary>
/// What happens to a session as a whole. Events are equal when their members are, and carry no timestamps, so that tests can compare them. The stream of a session ends with exactly one
/// <see cref="SessionClosed"/>.
/// </summary>
public abstract record AccelioSessionEvent
{
    private protected AccelioSessionEvent()
    {
    }
}
