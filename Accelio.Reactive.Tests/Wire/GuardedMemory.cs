using System.ComponentModel;
using System.Runtime.InteropServices;

namespace Accelio.Reactive.Tests.Wire;

/// <summary>Memory that ends where nothing may be read: whoever reads one byte behind it takes the test process down.</summary>
internal sealed unsafe partial class GuardedMemory : IDisposable
{
    private const int ProtectNone = 0;
    private const int ProtectReadWrite = 3;
    private const int MapPrivateAnonymous = 0x22;

    private readonly byte* _start;
    private readonly int _capacity;

    /// <summary>Maps memory for inputs up to <paramref name="capacity"/> bytes.</summary>
    public GuardedMemory(int capacity)
    {
        var page = Environment.SystemPageSize;
        _capacity = (capacity + page - 1) / page * page;
        _start = (byte*)MapMemory(null, (nuint)(_capacity + page), ProtectReadWrite, MapPrivateAnonymous, -1, 0);
        if ((nint)_start == -1 || Protect(_start + _capacity, (nuint)page, ProtectNone) != 0)
        {
            throw new Win32Exception();
        }
    }

    /// <summary>Copies the input so that its last byte is the last that can be read.</summary>
    public byte* Place(ReadOnlySpan<byte> input)
    {
        var p = _start + _capacity - input.Length;
        input.CopyTo(new Span<byte>(p, input.Length));
        return p;
    }

    /// <summary>Unmaps the memory.</summary>
    public void Dispose() => _ = Unmap(_start, (nuint)(_capacity + Environment.SystemPageSize));

    [LibraryImport("libc", EntryPoint = "mmap", SetLastError = true)]
    private static partial void* MapMemory(void* address, nuint length, int protection, int flags, int descriptor, nint offset);

    [LibraryImport("libc", EntryPoint = "mprotect", SetLastError = true)]
    private static partial int Protect(void* address, nuint length, int protection);

    [LibraryImport("libc", EntryPoint = "munmap", SetLastError = true)]
    private static partial int Unmap(void* address, nuint length);
}
