using System.Buffers;

namespace Accelio.Transports;

/// <summary>One frame to be sent. Spans are read during <see cref="Link.Send"/> only; the body is copied or, when large, referenced until released.</summary>
internal ref struct OutboundFrame
{
    /// <summary>The headers; lengths and the transport's own counters are filled in by the link.</summary>
    public FrameHeader Header;

    /// <summary>The extension item area, its two length bytes included; empty for none. The session flag that announces it is the sender's business.</summary>
    public ReadOnlySpan<byte> Items;

    /// <summary>The user header (control frames: their payload).</summary>
    public ReadOnlySpan<byte> UserHeader;

    /// <summary>The body; empty if it is in <see cref="Piece"/>.</summary>
    public ReadOnlySequence<byte> Body;

    /// <summary>The body when it is in one piece and shall be copied, whatever its size. The quick way for small messages: looking into a sequence costs more than copying them.</summary>
    public ReadOnlySpan<byte> Piece;

    /// <summary>Requests: response buffers offered to the peer, in total bytes; 0 offers none. On TCP one entry with an opaque non-zero handle when the response would not fit inline.</summary>
    public uint OfferedRoom;

    /// <summary>Requests: the memory into which the peer's device may write the answer, from <see cref="IDirectAccess.TryOffer"/>; default for none.</summary>
    public RoomEntry Offer;

    /// <summary>Requests: how many answers the sender waits for, this one included: tells the link how to cut a batch. 0 when it does not say.</summary>
    public int Awaited;

    /// <summary>Responses: what the requester offered, kept from <see cref="InboundFrame.Room"/>.</summary>
    public ReadOnlySpan<RoomEntry> PeerRoom;

    /// <summary>Responses between our own peers: the room agreed at session set-up, so that nothing need be offered per request; 0 where there is no such agreement.</summary>
    public long AgreedRoom;

    /// <summary>Required when the body may be referenced: what <see cref="ILinkSink.OnReleased"/> returns. Without a token the link copies the body whatever its size.</summary>
    public SendToken? Token;

    /// <summary>Control frames that may overtake bulk not yet begun (keep-alive, credits of the extension, the answer to a resume); urgent ones keep their order. Never frames that carry a sequence number.</summary>
    public bool Urgent;

    /// <summary>Length of the body in bytes.</summary>
    public readonly long BodyLength => Piece.IsEmpty ? Body.Length : Piece.Length;

    /// <summary>Copies the body.</summary>
    public readonly void CopyBodyTo(Span<byte> destination)
    {
        if (Piece.IsEmpty)
        {
            Body.CopyTo(destination);
        }
        else
        {
            Piece.CopyTo(destination);
        }
    }
}
