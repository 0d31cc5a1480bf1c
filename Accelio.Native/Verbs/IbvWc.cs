using System.Runtime.InteropServices;

namespace Accelio.Native.Verbs;

/// <summary>struct ibv_wc: one completion. With an error only id, status, vendor's code and queue pair mean something.</summary>
[StructLayout(LayoutKind.Explicit, Size = 48)]
internal struct IbvWc
{
    /// <summary>The id of the request.</summary>
    [FieldOffset(0)]
    public ulong Id;

    /// <summary>How it ended.</summary>
    [FieldOffset(8)]
    public CompletionStatus Status;

    /// <summary>What it was.</summary>
    [FieldOffset(12)]
    public CompletionOpcode Opcode;

    /// <summary>The device's own code for an error.</summary>
    [FieldOffset(16)]
    public uint VendorError;

    /// <summary>Receives: bytes that arrived.</summary>
    [FieldOffset(20)]
    public uint Length;

    /// <summary>The number of the queue pair.</summary>
    [FieldOffset(28)]
    public uint QueuePair;

    /// <summary>struct ibv_wc.wc_flags.</summary>
    [FieldOffset(36)]
    public uint Flags;
}
