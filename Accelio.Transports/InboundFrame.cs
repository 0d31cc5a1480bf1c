using Accelio.Transports.Memory;

namespace Accelio.Transports;

/// <summary>
/// One arriving frame, passed by reference to <see cref="ILinkSink.OnArrival"/> and again, complete, to <see cref="ILinkSink.OnFrame"/>.
/// Every pointer is valid until <see cref="ILinkSink.OnFrame"/> returns; memory in the receive buffer stays readable until the link has asked
/// <see cref="ILinkSink.OnReceiveBufferReuse"/>.
/// </summary>
internal unsafe struct InboundFrame
{
    /// <summary>The decoded headers.</summary>
    public FrameHeader Header;

    /// <summary>The user header, with the extension item area in front of it if the flags say so; for control frames their payload.</summary>
    public byte* UserHeader;

    /// <summary>Length of <see cref="UserHeader"/> in bytes.</summary>
    public int UserHeaderLength;

    /// <summary>Requests: the buffers offered for the response, as they came (16 bytes each, big endian); decode with <c>Sge</c> of the wire room.</summary>
    public byte* Room;

    /// <summary>Requests: number of entries at <see cref="Room"/>.</summary>
    public int RoomCount;

    /// <summary>Length of the body in bytes.</summary>
    public long BodyLength;

    /// <summary>The body: null in <see cref="ILinkSink.OnArrival"/> when it is not there yet, or has length 0, or was discarded.</summary>
    public byte* Body;

    /// <summary>The pool memory that holds the body, or null when it lies in the receive buffer or at <see cref="Destination"/>. The sink takes over the hold by taking the
    /// slab and setting this to null; what is left the link releases.</summary>
    public Slab? Slab;

    /// <summary>Set by the sink in <see cref="ILinkSink.OnArrival"/>; the default is the pool.</summary>
    public PlacementKind Placement;

    /// <summary>Set by the sink in <see cref="ILinkSink.OnArrival"/> together with <see cref="PlacementKind.Destination"/>: pinned until <see cref="ILinkSink.OnFrame"/> or
    /// <see cref="ILinkSink.OnClosed"/>.</summary>
    public byte* Destination;

    /// <summary>May be set by the sink together with <see cref="Destination"/>: the memory that it lies in, when it is none of the library's regions but devices may know it all the same.</summary>
    public RegionEntry? DestinationRegion;

    /// <summary>Set by the sink in <see cref="ILinkSink.OnArrival"/>, returned in <see cref="ILinkSink.OnFrame"/>.</summary>
    public object? Tag;

    /// <summary>Responses: the peer's device has written the body into the memory that the request offered. The sink says in <see cref="ILinkSink.OnArrival"/> where that is, by
    /// <see cref="PlacementKind.Destination"/>, or that nobody wants it any more, by <see cref="PlacementKind.Discard"/>; any other answer ends the link.</summary>
    public bool IsWritten;

    /// <summary>Whether the body was thrown away as the sink asked.</summary>
    public bool Discarded;
}
