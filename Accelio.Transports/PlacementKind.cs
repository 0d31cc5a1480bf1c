namespace Accelio.Transports;

/// <summary>The sink's answer to the arrival of a frame with a body that is not complete in the receive buffer.</summary>
internal enum PlacementKind
{
    /// <summary>Take memory from the poller's pool; the frame is delivered with a slab that the sink takes over.</summary>
    Pool = 0,

    /// <summary>Put the body at <see cref="InboundFrame.Destination"/>, which holds at least <see cref="InboundFrame.BodyLength"/> bytes.</summary>
    Destination,

    /// <summary>Read the body off the wire and throw it away; the frame is delivered with <see cref="InboundFrame.Discarded"/> set.</summary>
    Discard,

    /// <summary>Not now: the link stops reading until <see cref="Link.ResumeReceive"/>, then asks again.</summary>
    NotNow,
}
