namespace Accelio.Native.Verbs;

/// <summary>struct ibv_qp_init_attr: the queue pair asked for.</summary>
internal unsafe struct IbvQpInitAttr
{
    /// <summary>Reliable connection.</summary>
    public const int TypeReliableConnection = 2;

    /// <summary>The owner's.</summary>
    public void* OwnerContext;

    /// <summary>Where sends complete.</summary>
    public IbvCq* SendCq;

    /// <summary>Where receives complete.</summary>
    public IbvCq* ReceiveCq;

    /// <summary>Shared receives, or null.</summary>
    public IbvSrq* SharedReceives;

    /// <summary>How much it holds.</summary>
    public IbvQpCap Capacity;

    /// <summary>The kind of service.</summary>
    public int Type;

    /// <summary>Whether every send completes visibly.</summary>
    public int SignalAll;
}
