using Accelio.Native.Linux;

namespace Accelio.Native.Verbs;

/// <summary>ibv_qp of a connection: a send queue and a receive queue. One thread at a time.</summary>
internal sealed unsafe class QueuePair : VerbsHandle
{
    private readonly ConnectionId _id;
    private readonly delegate* unmanaged<IbvQp*, IbvSendWr*, IbvSendWr**, int> _postSend;
    private readonly delegate* unmanaged<IbvQp*, IbvRecvWr*, IbvRecvWr**, int> _postReceive;

    private QueuePair(ConnectionId id, IbvQpCap granted, VerbsHandle[] parents)
        : base((nint)id.Pointer->Qp, parents)
    {
        _id = id;
        Granted = granted;
        Number = Pointer->Number;
        _postSend = Pointer->Context->Ops.PostSend;
        _postReceive = Pointer->Context->Ops.PostReceive;
    }

    /// <summary>What was granted; at least what was asked for, except for inline data.</summary>
    public IbvQpCap Granted { get; }

    /// <summary>Its number, which completions carry.</summary>
    public uint Number { get; }

    private IbvQp* Pointer => (IbvQp*)handle;

    /// <summary>Makes the queue pair of a connection whose device is known; both queues complete into one. Its receives are its own, or those that it shares.
    /// 0 or a negated error number.</summary>
    public static int Create(
        ConnectionId id, ProtectionDomain domain, CompletionQueue completions, SharedReceiveQueue? shared, in IbvQpCap capacity, out QueuePair? pair)
    {
        var attributes = new IbvQpInitAttr
        {
            SendCq = completions.Pointer,
            ReceiveCq = completions.Pointer,
            SharedReceives = shared is null ? null : shared.Pointer,
            Capacity = capacity,
            Type = IbvQpInitAttr.TypeReliableConnection,
        };
        var result = Errno.Result(ConnectionCalls.CreateQp(id.Pointer, domain.Pointer, &attributes));
        pair = result < 0 ? null : new QueuePair(id, attributes.Capacity, shared is null ? [id, domain, completions] : [id, domain, completions, shared]);
        return result;
    }

    /// <summary>Posts a chain of sends: one doorbell. 0 or a negated error number; then <paramref name="refused"/> and what follows it were
    /// not taken.</summary>
    public int PostSend(IbvSendWr* chain, out IbvSendWr* refused)
    {
        IbvSendWr* bad = null;
        var result = _postSend(Pointer, chain, &bad);
        refused = bad;
        return -Math.Abs(result);
    }

    /// <summary>Posts a chain of receives; as <see cref="PostSend"/>.</summary>
    public int PostReceive(IbvRecvWr* chain, out IbvRecvWr* refused)
    {
        IbvRecvWr* bad = null;
        var result = _postReceive(Pointer, chain, &bad);
        refused = bad;
        return -Math.Abs(result);
    }

    /// <inheritdoc/>
    protected override int Destroy()
    {
        ConnectionCalls.DestroyQp(_id.Pointer);
        return 0;
    }
}
