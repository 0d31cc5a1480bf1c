using System.Runtime.InteropServices;

namespace Accelio.Native.Linux;

/// <summary>struct msghdr: what one scattered read or write refers to. Zero what is not used.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct MessageHeader
{
    /// <summary>Address of unconnected sockets; null.</summary>
    public void* Name;

    /// <summary>Length of <see cref="Name"/> in bytes.</summary>
    public uint NameLength;

    /// <summary>The pieces.</summary>
    public IoVector* Vectors;

    /// <summary>Number of pieces, at most 1024 (IOV_MAX).</summary>
    public nuint VectorCount;

    /// <summary>Ancillary data; null.</summary>
    public void* Control;

    /// <summary>Length of <see cref="Control"/> in bytes.</summary>
    public nuint ControlLength;

    /// <summary>Flags of what was received.</summary>
    public int Flags;
}
