using System.Runtime.InteropServices;

namespace Accelio.Native.Verbs;

/// <summary>struct rdma_cm_event: valid until it is acknowledged.</summary>
[StructLayout(LayoutKind.Explicit, Size = 80)]
internal unsafe struct RdmaCmEvent
{
    /// <summary>Whom it concerns; a new id for <see cref="ConnectionEventKind.ConnectRequest"/>.</summary>
    [FieldOffset(0)]
    public RdmaCmId* Id;

    /// <summary>Connection requests: the listener.</summary>
    [FieldOffset(8)]
    public RdmaCmId* ListenId;

    /// <summary>What happened.</summary>
    [FieldOffset(16)]
    public ConnectionEventKind Kind;

    /// <summary>0, a negated error number, or for rejections the reason of the protocol.</summary>
    [FieldOffset(20)]
    public int Status;

    /// <summary>What the peer asked for or granted.</summary>
    [FieldOffset(24)]
    public RdmaConnParam Connection;
}
