using System.Runtime.InteropServices;

namespace Accelio.Native.Verbs;

/// <summary>struct rdma_cm_id: one end of a connection, or a listener, and its route. Read only.</summary>
[StructLayout(LayoutKind.Explicit, Size = 416)]
internal unsafe struct RdmaCmId
{
    /// <summary>The device, once the address is known.</summary>
    [FieldOffset(0)]
    public IbvContext* Verbs;

    /// <summary>struct rdma_event_channel.</summary>
    [FieldOffset(8)]
    public void* Channel;

    /// <summary>The owner's.</summary>
    [FieldOffset(16)]
    public void* OwnerContext;

    /// <summary>The queue pair, once made.</summary>
    [FieldOffset(24)]
    public IbvQp* Qp;

    /// <summary>struct sockaddr_storage of this end: route.addr.src_addr.</summary>
    [FieldOffset(32)]
    public fixed byte LocalAddress[128];

    /// <summary>struct sockaddr_storage of the peer: route.addr.dst_addr.</summary>
    [FieldOffset(160)]
    public fixed byte RemoteAddress[128];

    /// <summary>The port of the device.</summary>
    [FieldOffset(348)]
    public byte Port;
}
