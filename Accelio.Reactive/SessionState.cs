namespace Accelio.Reactive;

/// <summary>Where a session is in its life; it only ever moves forward.</summary>
public enum SessionState
{
    /// <summary>Being set up.</summary>
    Connecting = 0,

    /// <summary>Messages flow.</summary>
    Established = 1,

    /// <summary>One side has begun to close; nothing new is sent.</summary>
    Closing = 2,

    /// <summary>Over.</summary>
    Closed = 3,
}
