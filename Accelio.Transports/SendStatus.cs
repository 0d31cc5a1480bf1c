namespace Accelio.Transports;

/// <summary>What became of a frame given to <see cref="Link.Send"/>.</summary>
internal enum SendStatus
{
    /// <summary>The link took it and needs none of the caller's memory any more; this is its release.</summary>
    Copied = 0,

    /// <summary>The link took it and refers to the body until <see cref="ILinkSink.OnReleased"/> is called once with the frame's token.</summary>
    Referenced,

    /// <summary>Not taken: the body of a response does not fit the room that the requester offered.</summary>
    DoesNotFit,

    /// <summary>Not taken: the user header, its items included, does not fit the peer's receive buffer.</summary>
    HeaderTooLong,

    /// <summary>Not taken: the body could not be read. Said by those who catch what <see cref="Link.Send"/> throws.</summary>
    Unreadable,

    /// <summary>Not taken: the link is closed.</summary>
    Closed,
}
