using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Accelio.Native.Linux;

/// <summary>
/// Native room for the events of one <see cref="Epoll.Wait"/>. struct epoll_event is packed (12 bytes) on x86-64 and padded (16 bytes)
/// everywhere else, which one declaration in C# cannot say: hence the accessors. Not thread safe; freed by <see cref="Dispose"/>.
/// </summary>
internal sealed unsafe class EpollEventBuffer : IDisposable
{
    /// <summary>Size of one event on the platform with the largest, bytes.</summary>
    public const int MaxStride = 16;

    private static readonly int DataOffset = RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 4 : 8;
    private static readonly int Stride = DataOffset + sizeof(ulong);

    /// <summary>Allocates room for <paramref name="capacity"/> events.</summary>
    public EpollEventBuffer(int capacity)
    {
        Capacity = capacity;
        Pointer = (byte*)NativeMemory.AllocZeroed((nuint)capacity, MaxStride);
    }

    /// <summary>Number of events that fit.</summary>
    public int Capacity { get; }

    internal byte* Pointer { get; private set; }

    /// <summary>What happened, of the event at an index: <see cref="Epoll.In"/> and so on.</summary>
    public uint Events(int index) => Unsafe.ReadUnaligned<uint>(Pointer + (index * Stride));

    /// <summary>What was given to <see cref="Epoll.Add"/>, of the event at an index.</summary>
    public ulong Data(int index) => Unsafe.ReadUnaligned<ulong>(Pointer + (index * Stride) + DataOffset);

    /// <inheritdoc/>
    public void Dispose()
    {
        NativeMemory.Free(Pointer);
        Pointer = null;
    }

    internal static void Write(byte* target, uint events, ulong data)
    {
        Unsafe.WriteUnaligned(target, events);
        Unsafe.WriteUnaligned(target + DataOffset, data);
    }
}
