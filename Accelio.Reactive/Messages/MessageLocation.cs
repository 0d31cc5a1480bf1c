namespace Accelio.Reactive;

/// <summary>Where the bytes of a message core are.</summary>
internal static class MessageLocation
{
    /// <summary>In memory of their own: they stay where they are as long as the lease.</summary>
    public const int Own = 0;

    /// <summary>In the link's receive buffer: the poller may move them.</summary>
    public const int InPlace = 1;

    /// <summary>In the link's receive buffer, and another thread or a pin refers to them: they may not be moved, the buffer is held instead.</summary>
    public const int Fixed = 2;

    /// <summary>Being moved by the poller.</summary>
    public const int Moving = 3;
}
