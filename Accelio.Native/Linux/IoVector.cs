using System.Runtime.InteropServices;

namespace Accelio.Native.Linux;

/// <summary>struct iovec: one piece of scattered memory.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct IoVector
{
    /// <summary>First byte.</summary>
    public byte* Base;

    /// <summary>Length in bytes.</summary>
    public nuint Length;
}
