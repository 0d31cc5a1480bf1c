namespace Accelio.Native.Verbs;

/// <summary>struct ibv_srq_init_attr: the shared receive queue asked for, and what was made.</summary>
internal unsafe struct IbvSrqInitAttr
{
    /// <summary>The owner's.</summary>
    public void* OwnerContext;

    /// <summary>Requests that it holds.</summary>
    public int MaxRequests;

    /// <summary>Pieces of memory per request.</summary>
    public int MaxPieces;

    /// <summary>Fewer than so many make an event, once; 0 for none.</summary>
    public int Limit;
}
