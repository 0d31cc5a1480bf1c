namespace Accelio.Transports;

/// <summary>One buffer that a requester offers for the response ("in sge", 16 bytes on the wire: address, length, key).</summary>
/// <param name="Address">An opaque handle on TCP (non-zero: bulk may be placed), an address on RDMA.</param>
/// <param name="Length">Length in bytes.</param>
/// <param name="Key">0 on TCP, the remote key on RDMA.</param>
internal readonly record struct RoomEntry(ulong Address, uint Length, uint Key);
