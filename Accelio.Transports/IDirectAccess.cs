namespace Accelio.Transports;

/// <summary>
/// One-sided access: the devices of both ends read and write memory by themselves, and no program at the other end is asked. A capability of links,
/// see <see cref="Link.Direct"/>. Poller thread only.
/// </summary>
internal unsafe interface IDirectAccess
{
    /// <summary>Lets the peer's device at memory that stays where it is, until the window is disposed of: a registration of its own, that permits
    /// exactly this. What the device of the peer tries beyond it ends the link.</summary>
    /// <param name="address">First byte.</param>
    /// <param name="length">Length in bytes.</param>
    /// <param name="canRead">Whether the peer may read it.</param>
    /// <param name="canWrite">Whether the peer may write it.</param>
    /// <exception cref="TransportException">The device takes no more memory; the text says what limits it.</exception>
    DirectWindow Expose(byte* address, long length, bool canRead, bool canWrite);

    /// <summary>Begins to read or write memory of the peer. It ends by <see cref="DirectOperation.OnDone"/>, never inside this call: when it is done at
    /// the peer, or when the link has ended and the device touches nothing any more.</summary>
    void Begin(DirectOperation operation);
}
