using System.Runtime.InteropServices;

namespace Accelio.Native.Verbs;

/// <summary>struct rdma_conn_param: what a connection is asked for, or accepted, with.</summary>
[StructLayout(LayoutKind.Explicit, Size = 24)]
internal unsafe struct RdmaConnParam
{
    /// <summary>Bytes for the peer. As received: valid until the event is acknowledged.</summary>
    [FieldOffset(0)]
    public void* PrivateData;

    /// <summary>How many. As received: the room of the message, not what was sent.</summary>
    [FieldOffset(8)]
    public byte PrivateDataLength;

    /// <summary>READs of the peer that this end serves at once.</summary>
    [FieldOffset(9)]
    public byte ReadsServed;

    /// <summary>READs that this end has under way at once.</summary>
    [FieldOffset(10)]
    public byte ReadsBegun;

    /// <summary>Flow control of the hardware.</summary>
    [FieldOffset(11)]
    public byte FlowControl;

    /// <summary>How often a lost packet is sent again.</summary>
    [FieldOffset(12)]
    public byte Retries;

    /// <summary>How often a message without a posted receive is sent again; 7 is for ever.</summary>
    [FieldOffset(13)]
    public byte NotReadyRetries;

    /// <summary>Whether receives are shared.</summary>
    [FieldOffset(14)]
    public byte SharedReceives;

    /// <summary>The number of the queue pair, where the library does not know it.</summary>
    [FieldOffset(16)]
    public uint QueuePair;
}
