namespace Accelio.Native.Verbs;

/// <summary>The head of struct ibv_cq: a completion queue.</summary>
internal unsafe struct IbvCq
{
    /// <summary>The device.</summary>
    public IbvContext* Context;

    /// <summary>Where its events go.</summary>
    public IbvCompChannel* Channel;

    /// <summary>What the owner gave with it.</summary>
    public void* OwnerContext;

    /// <summary>The kernel's number for it.</summary>
    public uint Handle;

    /// <summary>Completions that it holds.</summary>
    public int Capacity;
}
