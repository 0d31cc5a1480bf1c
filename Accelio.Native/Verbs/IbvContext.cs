using System.Runtime.InteropServices;

namespace Accelio.Native.Verbs;

/// <summary>struct ibv_context: an open device. Only ever reached by the pointer that the library gave.</summary>
[StructLayout(LayoutKind.Explicit, Size = 328)]
internal unsafe struct IbvContext
{
    /// <summary>struct ibv_device.</summary>
    [FieldOffset(0)]
    public void* Device;

    /// <summary>The functions of the device's provider: a part of this structure, not a pointer.</summary>
    [FieldOffset(8)]
    public IbvContextOps Ops;

    /// <summary>The descriptor of commands.</summary>
    [FieldOffset(264)]
    public int CommandDescriptor;

    /// <summary>The descriptor of events that concern no completion.</summary>
    [FieldOffset(268)]
    public int AsyncDescriptor;

    /// <summary>How many interrupt vectors completions can be spread over.</summary>
    [FieldOffset(272)]
    public int CompletionVectors;
}
