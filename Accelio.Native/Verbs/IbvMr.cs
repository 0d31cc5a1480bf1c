namespace Accelio.Native.Verbs;

/// <summary>struct ibv_mr: memory that the device may use.</summary>
internal unsafe struct IbvMr
{
    /// <summary>The device.</summary>
    public IbvContext* Context;

    /// <summary>The protection domain.</summary>
    public IbvPd* Pd;

    /// <summary>First byte.</summary>
    public void* Address;

    /// <summary>Length in bytes.</summary>
    public nuint Length;

    /// <summary>The kernel's number for it.</summary>
    public uint Handle;

    /// <summary>What the owner's work requests name it by.</summary>
    public uint LocalKey;

    /// <summary>What a peer's work requests name it by.</summary>
    public uint RemoteKey;
}
