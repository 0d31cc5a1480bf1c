using System.Runtime.InteropServices;

namespace Accelio.Native.Verbs;

/// <summary>
/// struct ibv_context_ops: 32 function pointers. The calls of the data path are inline functions of the C headers that go through this
/// table, and no symbol of the library; the slots left out here hold traps.
/// </summary>
[StructLayout(LayoutKind.Explicit, Size = 256)]
internal unsafe struct IbvContextOps
{
    /// <summary>ibv_poll_cq: how many completions were written, or a negative number. No system call: never waits.</summary>
    [FieldOffset(88)]
    public delegate* unmanaged[SuppressGCTransition]<IbvCq*, int, IbvWc*, int> PollCq;

    /// <summary>ibv_req_notify_cq: 0 or an error number.</summary>
    [FieldOffset(96)]
    public delegate* unmanaged<IbvCq*, int, int> RequestNotification;

    /// <summary>ibv_post_srq_recv: 0 or an error number, and then the first request that was not taken.</summary>
    [FieldOffset(160)]
    public delegate* unmanaged<IbvSrq*, IbvRecvWr*, IbvRecvWr**, int> PostSharedReceive;

    /// <summary>ibv_post_send: 0 or an error number, and then the first request that was not taken. May be a system call.</summary>
    [FieldOffset(200)]
    public delegate* unmanaged<IbvQp*, IbvSendWr*, IbvSendWr**, int> PostSend;

    /// <summary>ibv_post_recv: the same for receives.</summary>
    [FieldOffset(208)]
    public delegate* unmanaged<IbvQp*, IbvRecvWr*, IbvRecvWr**, int> PostReceive;
}
