using Accelio.Native.Linux;
using Accelio.Transports.Polling;

namespace Accelio.Transports.Tcp;

/// <summary>The listening socket of a <see cref="TcpListener"/>.</summary>
internal sealed class TcpAcceptor(TcpListener listener, TcpSocket socket) : SocketHandler
{
    // A burst of newcomers must not starve the links of the poller.
    private const int AcceptsPerCycle = 64;

    /// <summary>The socket.</summary>
    public TcpSocket Socket { get; } = socket;

    /// <inheritdoc/>
    public override bool AllowsDirectPolling => false;

    /// <inheritdoc/>
    public override int OnReadable(long now)
    {
        var accepted = 0;
        while (accepted < AcceptsPerCycle && !listener.IsStopped)
        {
            var result = Socket.Accept(out var newcomer, out var peer);
            if (result >= 0)
            {
                accepted++;
                listener.Accepted(newcomer!, peer, now);
            }
            else if (result == -Errno.Again)
            {
                break;
            }
            else if (result is -Errno.ProcessFilesExhausted or -Errno.SystemFilesExhausted or -Errno.NoMemory or -Errno.NoBuffers)
            {
                // The connection stays in the queue, and the kernel would report it again at once.
                listener.BackOff(now);
                break;
            }
            else if (result is -Errno.BadDescriptor or -Errno.Invalid)
            {
                listener.Stop();
                break;
            }
            else
            {
                // The connection failed while it was waiting: its error, not the listener's (accept(2)).
                accepted++;
            }
        }

        return accepted;
    }

    /// <inheritdoc/>
    public override void OnWritable(long now)
    {
        // Not asked for.
    }

    /// <inheritdoc/>
    public override void OnError(long now) => listener.Stop();
}
