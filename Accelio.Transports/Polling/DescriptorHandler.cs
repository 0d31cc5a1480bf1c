using System.Runtime.InteropServices;
using Accelio.Native.Linux;

namespace Accelio.Transports.Polling;

/// <summary>
/// A descriptor of the host's, watched for him: a pipe, a socket, a timer, whatever epoll takes. A duplicate is watched, so that the owner
/// may close his, and may have it watched more than once.
/// </summary>
internal abstract class DescriptorHandler : SocketHandler, IDisposable
{
    private readonly DescriptorHandle _duplicate;

    /// <summary>Duplicates a descriptor. Any thread.</summary>
    /// <exception cref="ArgumentException">It is closed, or nothing that epoll can watch.</exception>
    /// <exception cref="IOException">The process has no descriptors left.</exception>
    protected DescriptorHandler(SafeHandle descriptor)
    {
        var holds = false;
        try
        {
            descriptor.DangerousAddRef(ref holds);
            var duplicate = Descriptors.Duplicate((int)descriptor.DangerousGetHandle());
            _duplicate = new DescriptorHandle(Check(descriptor, duplicate, "fcntl"));
        }
        catch (ObjectDisposedException)
        {
            throw Unusable(descriptor, "it was closed");
        }
        finally
        {
            if (holds)
            {
                descriptor.DangerousRelease();
            }
        }

        TryOut(descriptor);
    }

    /// <inheritdoc/>
    public sealed override bool AllowsDirectPolling => false;

    /// <summary>Watches no more. Any thread.</summary>
    public abstract void Dispose();

    /// <summary>Begins to watch. Poller thread only.</summary>
    protected void Begin(SocketReactor reactor, bool wantRead, bool wantWrite) => reactor.Add(this, _duplicate.Descriptor, wantRead, wantWrite);

    /// <summary>Watches no more, and lets go of the descriptor; a second time does nothing. Poller thread only, or when the poller has
    /// stopped.</summary>
    protected void End()
    {
        Reactor?.Remove(this);
        _duplicate.Dispose();
    }

    // Here, where the caller hears of it: watching begins on the poller.
    private void TryOut(SafeHandle descriptor)
    {
        using var epoll = new DescriptorHandle(Check(descriptor, Epoll.Create(), "epoll_create1"));
        try
        {
            Check(descriptor, Epoll.Add(epoll.Descriptor, _duplicate.Descriptor, Epoll.In, 0), "epoll_ctl");
        }
        catch
        {
            _duplicate.Dispose();
            throw;
        }
    }

    private static int Check(SafeHandle descriptor, int result, string call) => result switch
    {
        >= 0 => result,
        -Errno.NotPermitted => throw Unusable(descriptor, "epoll cannot watch it, as it is never busy: files and directories are read straight away"),
        -Errno.BadDescriptor => throw Unusable(descriptor, "it is no open descriptor"),
        _ => throw new IOException($"{call}: {Errno.Describe(result)}"),
    };

    private static ArgumentException Unusable(SafeHandle descriptor, string reason) =>
        new($"The descriptor cannot be watched: {reason}. Give the handle of an open pipe, socket or the like.", nameof(descriptor));
}
