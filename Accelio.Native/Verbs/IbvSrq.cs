namespace Accelio.Native.Verbs;

/// <summary>The head of struct ibv_srq: a shared receive queue.</summary>
internal unsafe struct IbvSrq
{
    /// <summary>The device.</summary>
    public IbvContext* Context;

    /// <summary>What the owner gave with it.</summary>
    public void* OwnerContext;

    /// <summary>The protection domain.</summary>
    public IbvPd* Domain;

    /// <summary>The kernel's number for it.</summary>
    public uint Handle;
}
