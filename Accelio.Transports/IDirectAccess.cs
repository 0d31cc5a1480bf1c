using Accelio.Transports.Memory;

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

    /// <summary>Memory of a user as room for the answer to a request, into which the peer's device may write it: until the answer is here, or the link has ended, the memory is the peer's.</summary>
    /// <param name="region">The memory; it is registered for this until it is let go.</param>
    /// <param name="address">Where the answer shall begin.</param>
    /// <param name="length">How long it may be.</param>
    /// <param name="offer">What the request says.</param>
    /// <returns>False where answers of that length come along with their message, the peer is a C program, or the device takes no more memory.</returns>
    bool TryOffer(RegionEntry region, byte* address, int length, out RoomEntry offer);

    /// <summary>Begins to read or write memory of the peer. It ends by <see cref="DirectOperation.OnDone"/>, never inside this call: when it is done at
    /// the peer, or when the link has ended and the device touches nothing any more.</summary>
    void Begin(DirectOperation operation);
}
