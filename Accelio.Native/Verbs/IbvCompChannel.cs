namespace Accelio.Native.Verbs;

/// <summary>struct ibv_comp_channel: where completion queues say that they are no longer empty.</summary>
internal unsafe struct IbvCompChannel
{
    /// <summary>The device.</summary>
    public IbvContext* Context;

    /// <summary>Readable when there is an event.</summary>
    public int Descriptor;

    /// <summary>Completion queues that use it.</summary>
    public int References;
}
