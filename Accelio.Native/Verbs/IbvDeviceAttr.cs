using System.Runtime.InteropServices;

namespace Accelio.Native.Verbs;

/// <summary>struct ibv_device_attr: the limits of a device, as far as they are used.</summary>
[StructLayout(LayoutKind.Explicit, Size = 232)]
internal struct IbvDeviceAttr
{
    /// <summary>Longest registration.</summary>
    [FieldOffset(80)]
    public ulong MaxRegistrationLength;

    /// <summary>Queue pairs.</summary>
    [FieldOffset(108)]
    public int MaxQueuePairs;

    /// <summary>Requests per queue.</summary>
    [FieldOffset(112)]
    public int MaxRequests;

    /// <summary>Pieces of memory per request.</summary>
    [FieldOffset(120)]
    public int MaxPieces;

    /// <summary>Completion queues.</summary>
    [FieldOffset(128)]
    public int MaxCompletionQueues;

    /// <summary>Completions per queue.</summary>
    [FieldOffset(132)]
    public int MaxCompletions;

    /// <summary>Registrations.</summary>
    [FieldOffset(136)]
    public int MaxRegistrations;

    /// <summary>READs of the peer that a queue pair serves at once.</summary>
    [FieldOffset(144)]
    public int MaxReadsServed;

    /// <summary>READs of its own that a queue pair has under way at once.</summary>
    [FieldOffset(156)]
    public int MaxReadsBegun;

    /// <summary>Shared receive queues.</summary>
    [FieldOffset(212)]
    public int MaxSharedQueues;

    /// <summary>Requests of a shared receive queue.</summary>
    [FieldOffset(216)]
    public int MaxSharedRequests;

    /// <summary>Ports.</summary>
    [FieldOffset(227)]
    public byte Ports;
}
