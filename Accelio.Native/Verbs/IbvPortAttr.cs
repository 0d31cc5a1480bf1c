using System.Runtime.InteropServices;

namespace Accelio.Native.Verbs;

/// <summary>struct ibv_port_attr: the state of a port. The exported call fills an older, shorter form of it, so it must be zeroed.</summary>
[StructLayout(LayoutKind.Explicit, Size = 52)]
internal struct IbvPortAttr
{
    /// <summary>The value of <see cref="State"/> of a port that works.</summary>
    public const int StateActive = 4;

    /// <summary>IBV_PORT_*.</summary>
    [FieldOffset(0)]
    public int State;

    /// <summary>IBV_MTU_* in force: 128 bytes shifted left by it.</summary>
    [FieldOffset(8)]
    public int ActiveMtu;

    /// <summary>Longest message.</summary>
    [FieldOffset(20)]
    public uint MaxMessageLength;

    /// <summary>IBV_LINK_LAYER_*: 1 InfiniBand, 2 Ethernet.</summary>
    [FieldOffset(46)]
    public byte LinkLayer;
}
