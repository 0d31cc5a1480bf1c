namespace Accelio.Native.Verbs;

/// <summary>The head of struct ibv_pd: a protection domain.</summary>
internal unsafe struct IbvPd
{
    /// <summary>The device.</summary>
    public IbvContext* Context;

    /// <summary>The kernel's number for it.</summary>
    public uint Handle;
}
