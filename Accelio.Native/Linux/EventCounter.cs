using System.Runtime.InteropServices;

namespace Accelio.Native.Linux;

/// <summary>
/// An eventfd: a counter that is readable while it is not zero. Any thread may signal, even while it is being disposed of.
/// </summary>
internal sealed unsafe partial class EventCounter : IDisposable
{
    private const int NonBlocking = 0x800;
    private const int CloseOnExec = 0x80000;

    private readonly DescriptorHandle _handle;

    /// <summary>Makes the counter, at zero. Throws <see cref="IOException"/> when the process has no descriptors left.</summary>
    public EventCounter()
    {
        var descriptor = Errno.Result(NativeEventFd(0, NonBlocking | CloseOnExec));
        if (descriptor < 0)
        {
            throw new IOException($"eventfd: {Errno.Describe(descriptor)}");
        }

        _handle = new DescriptorHandle(descriptor);
    }

    /// <summary>The number, to be watched for input.</summary>
    public int Descriptor => _handle.Descriptor;

    /// <summary>
    /// Makes the counter readable. Does nothing once the counter is disposed of: whoever signals late must not write into a descriptor that
    /// has the same number by now.
    /// </summary>
    public void Signal()
    {
        var held = false;
        try
        {
            _handle.DangerousAddRef(ref held);
            ulong one = 1;
            _ = Descriptors.Write(_handle.Descriptor, &one, sizeof(ulong)); // can only fail by overflow, and then it is readable already
        }
        catch (ObjectDisposedException)
        {
        }
        finally
        {
            if (held)
            {
                _handle.DangerousRelease();
            }
        }
    }

    /// <summary>Sets the counter to zero; returns whether it was signalled.</summary>
    public bool Reset()
    {
        ulong count;
        return Descriptors.Read(_handle.Descriptor, &count, sizeof(ulong)) > 0;
    }

    /// <inheritdoc/>
    public void Dispose() => _handle.Dispose();

    [LibraryImport("libc", EntryPoint = "eventfd")]
    private static partial int NativeEventFd(uint initial, int flags);
}
