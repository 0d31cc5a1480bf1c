namespace Accelio.Native.Verbs;

/// <summary>struct ibv_sge: a piece of registered memory.</summary>
internal struct IbvSge
{
    /// <summary>First byte.</summary>
    public ulong Address;

    /// <summary>Length in bytes.</summary>
    public uint Length;

    /// <summary>The key of the registration; not looked at for inline sends.</summary>
    public uint LocalKey;
}
