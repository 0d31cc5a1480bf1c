namespace Accelio.Native.Verbs;

/// <summary>enum ibv_access_flags, as far as it is used.</summary>
[Flags]
internal enum MemoryAccess
{
    /// <summary>The device may read it for its owner.</summary>
    None = 0,

    /// <summary>Receives and READs of the owner may write it.</summary>
    LocalWrite = 1,

    /// <summary>Peers may WRITE it.</summary>
    RemoteWrite = 2,

    /// <summary>Peers may READ it.</summary>
    RemoteRead = 4,
}
