using System.Runtime.InteropServices;

namespace Accelio.Native.Verbs;

/// <summary>struct ibv_send_wr: one request for the send queue. Copied by the call that posts it.</summary>
[StructLayout(LayoutKind.Explicit, Size = 128)]
internal unsafe struct IbvSendWr
{
    /// <summary>Comes back in the completion.</summary>
    [FieldOffset(0)]
    public ulong Id;

    /// <summary>The next of the chain, or null.</summary>
    [FieldOffset(8)]
    public IbvSendWr* Next;

    /// <summary>The pieces of memory.</summary>
    [FieldOffset(16)]
    public IbvSge* Pieces;

    /// <summary>How many.</summary>
    [FieldOffset(24)]
    public int PieceCount;

    /// <summary>What to do.</summary>
    [FieldOffset(28)]
    public WorkOpcode Opcode;

    /// <summary>How.</summary>
    [FieldOffset(32)]
    public WorkFlags Flags;

    /// <summary>READ and WRITE: the peer's address.</summary>
    [FieldOffset(40)]
    public ulong RemoteAddress;

    /// <summary>READ and WRITE: the peer's key.</summary>
    [FieldOffset(48)]
    public uint RemoteKey;
}
