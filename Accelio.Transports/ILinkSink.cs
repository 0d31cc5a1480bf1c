namespace Accelio.Transports;

/// <summary>
/// What a link tells its owner, always on the link's poller and never from inside a call to the link: no callback re-enters its caller. After <see cref="OnClosed"/> nothing follows
/// but the outstanding <see cref="OnReleased"/>.
/// </summary>
internal interface ILinkSink
{
    /// <summary>The transport is connected; set-up messages may be exchanged.</summary>
    void OnOpened(Link link);

    /// <summary>The peer's set-up message arrived; the span holds the bytes behind the fixed fields, whether or not the flags announce them.</summary>
    void OnSetup(Link link, in LinkSetup setup, ReadOnlySpan<byte> trailer);

    /// <summary>A frame's headers and user header are here. Called once per frame in wire order (again only after <see cref="PlacementKind.NotNow"/>), before its <see cref="OnFrame"/>; the
    /// sink chooses where a body goes that is not complete yet.</summary>
    void OnArrival(Link link, ref InboundFrame frame);

    /// <summary>A frame is complete. In wire order within each class (request, response); only keep-alive and extension frames, which carry no sequence number, may be delivered on slots
    /// before frames whose bodies are still to be fetched.</summary>
    void OnFrame(Link link, ref InboundFrame frame);

    /// <summary>A message that came whole lies in the receive buffer, as most small ones do: <see cref="OnArrival"/> and <see cref="OnFrame"/> in one call. Returns false, and has done nothing,
    /// when it wants to be told by those.</summary>
    bool TryTake(Link link, ref InboundFrame frame) => false;

    /// <summary>The link is about to overwrite its receive buffers: everything still needed in them must be moved away now. Returns true when that was done; false when some of it cannot be
    /// moved (it is pinned): the sink then holds <see cref="Link.ReceiveBuffers"/>, and the link goes on with fresh ones. A link that closes asks once more before
    /// <see cref="OnClosed"/>, if anything delivered may still be in place, because it gives its buffers back then.</summary>
    bool OnReceiveBufferReuse(Link link);

    /// <summary>A referenced body will not be touched any more, by the transport nor by the peer through it. Exactly once per <see cref="SendStatus.Referenced"/>.</summary>
    void OnReleased(Link link, SendToken token);

    /// <summary>The link was congested and is no longer.</summary>
    void OnWritable(Link link);

    /// <summary>The link is gone. Exactly once.</summary>
    void OnClosed(Link link, LinkError error, string detail);
}
