using System.Runtime.InteropServices;

namespace Accelio.Native.Verbs;

/// <summary>ibv_srq: receives that several queue pairs take from, in the order of posting. One thread at a time.</summary>
internal sealed unsafe class SharedReceiveQueue : VerbsHandle
{
    private readonly delegate* unmanaged<IbvSrq*, IbvRecvWr*, IbvRecvWr**, int> _post;

    private SharedReceiveQueue(IbvSrq* srq, ProtectionDomain domain)
        : base((nint)srq, domain) => _post = srq->Context->Ops.PostSharedReceive;

    internal IbvSrq* Pointer => (IbvSrq*)handle;

    /// <summary>Makes a queue for at least so many receives of one piece; 0 or a negated error number.</summary>
    public static int Create(ProtectionDomain domain, int capacity, out SharedReceiveQueue? queue)
    {
        var attributes = new IbvSrqInitAttr { MaxRequests = capacity, MaxPieces = 1 };
        var native = VerbsCalls.CreateSrq(domain.Pointer, &attributes);
        queue = native == null ? null : new SharedReceiveQueue(native, domain);
        return native == null ? -Marshal.GetLastPInvokeError() : 0;
    }

    /// <summary>Posts a chain of receives. 0 or a negated error number; then <paramref name="refused"/> and what follows it were not taken.</summary>
    public int Post(IbvRecvWr* chain, out IbvRecvWr* refused)
    {
        IbvRecvWr* bad = null;
        var result = _post(Pointer, chain, &bad);
        refused = bad;
        return -Math.Abs(result);
    }

    /// <inheritdoc/>
    protected override int Destroy() => VerbsCalls.DestroySrq(Pointer);
}
