namespace Accelio.Transports.Wire;

/// <summary>What a side offers in the extension block; a feature is on for a link if both sides offered it there.</summary>
[Flags]
internal enum LinkFeatures
{
    /// <summary>A C peer, or one that offers nothing.</summary>
    None = 0,

    /// <summary>Item 0x0001: windows in messages and bytes, granted from the start of a session.</summary>
    Flow = 1,

    /// <summary>Item 0x0002: responses may carry the text of a failure.</summary>
    FailureText = 2,

    /// <summary>Item 0x0003: the room for responses is agreed per session instead of offered per request.</summary>
    ResponseRoom = 4,

    /// <summary>Item 0x0004: messages can be given up at the peer.</summary>
    Abort = 8,

    /// <summary>Item 0x0005: requests say how much time they have left.</summary>
    Deadline = 16,

    /// <summary>Item 0x0006: connections can be drained.</summary>
    Drain = 32,

    /// <summary>Item 0x0007: sessions have keys, and connections ids of their own.</summary>
    Connections = 64,

    /// <summary>Item 0x0008: memory can be shared.</summary>
    Memory = 128,

    /// <summary>Item 0x0009: connections go on over another link when theirs is lost.</summary>
    Resume = 256,

    /// <summary>Item 0x000A: the devices of both ends get at shared memory by themselves.</summary>
    DirectMemory = 512,

    /// <summary>Item 0x000B: servers move connections to other servers and portals.</summary>
    Migration = 1024,
}
