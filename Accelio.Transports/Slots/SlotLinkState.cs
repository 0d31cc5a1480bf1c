namespace Accelio.Transports.Slots;

/// <summary>The life of a slot link.</summary>
internal enum SlotLinkState
{
    /// <summary>Not connected yet.</summary>
    Opening,

    /// <summary>Connected; nothing but one set-up message each way is allowed.</summary>
    SettingUp,

    /// <summary>Configured: frames flow.</summary>
    Ready,

    /// <summary>Closing in good order: what is queued leaves and is fetched, what arrives is thrown away.</summary>
    Flushing,

    /// <summary>Over; the sink knows or is about to.</summary>
    Closed,
}
