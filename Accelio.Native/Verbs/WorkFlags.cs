namespace Accelio.Native.Verbs;

/// <summary>enum ibv_send_flags.</summary>
[Flags]
internal enum WorkFlags : uint
{
    /// <summary>None.</summary>
    None = 0,

    /// <summary>Not before all READs posted earlier have ended.</summary>
    Fence = 1,

    /// <summary>A completion is written also on success.</summary>
    Signaled = 2,

    /// <summary>The peer is told although it asked for such only.</summary>
    Solicited = 4,

    /// <summary>The bytes are copied by the call: they need no key, and the memory is free again.</summary>
    Inline = 8,
}
