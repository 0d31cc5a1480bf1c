namespace Accelio.Reactive;

/// <summary>A message of which nothing has left, for a connection that takes nothing any more: another part of the session can send it, on whatever context.</summary>
internal interface IMovableMessage
{
    /// <summary>Has the other part send it; its caller hears of it as if nothing had happened. On the present part's context; the message is in no queue.</summary>
    void MoveTo(SessionCore other);
}
