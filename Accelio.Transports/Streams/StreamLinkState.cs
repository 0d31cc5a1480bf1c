namespace Accelio.Transports.Streams;

/// <summary>The life of a stream link; the order of the values is the order of the life.</summary>
internal enum StreamLinkState
{
    /// <summary>The streams are not connected yet, or their first bytes are still awaited.</summary>
    Opening,

    /// <summary>Connected; nothing but one set-up message each way is allowed.</summary>
    SettingUp,

    /// <summary>Configured: frames flow.</summary>
    Ready,

    /// <summary>Closing in good order: what is queued leaves, what arrives is thrown away.</summary>
    Flushing,

    /// <summary>Everything has left and the peer has been told; its own end is awaited for a while, so that nothing of ours is lost to a
    /// reset.</summary>
    Lingering,

    /// <summary>The streams are closed; the sink knows or is about to.</summary>
    Closed,
}
