namespace Accelio.Native.Verbs;

/// <summary>The head of struct ibv_qp: a queue pair.</summary>
internal unsafe struct IbvQp
{
    /// <summary>The device.</summary>
    public IbvContext* Context;

    /// <summary>What the owner gave with it.</summary>
    public void* OwnerContext;

    /// <summary>The protection domain.</summary>
    public IbvPd* Pd;

    /// <summary>Where sends complete.</summary>
    public IbvCq* SendCq;

    /// <summary>Where receives complete.</summary>
    public IbvCq* ReceiveCq;

    /// <summary>struct ibv_srq: shared receives, or null.</summary>
    public void* SharedReceives;

    /// <summary>The kernel's number for it.</summary>
    public uint Handle;

    /// <summary>Its number on the wire, which completions carry.</summary>
    public uint Number;
}
